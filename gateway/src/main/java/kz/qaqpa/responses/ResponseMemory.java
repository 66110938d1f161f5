package kz.qaqpa.responses;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last responses of one session that were not stored: the session alone can continue them, as
 * long as it lives. What was stored is not remembered here too, or deleting it would not delete it.
 * Confined to the event loop.
 */
public final class ResponseMemory {
  /** Bytes of them all, as {@link StoredResponse#bytes} counts. */
  private static final long MOST_BYTES = 4L << 20;

  private final int most;
  private final Map<String, StoredResponse> kept = new LinkedHashMap<>();
  private long bytes;

  private ResponseMemory(int most) {
    this.most = most;
  }

  /** One that remembers nothing, for clients without a session. */
  public static ResponseMemory none() {
    return new ResponseMemory(0);
  }

  /**
   * One that remembers the last ones, of at most 4 MiB together.
   *
   * @param responses how many, 0 for none
   */
  public static ResponseMemory ofLast(int responses) {
    return new ResponseMemory(responses);
  }

  @Nullable StoredResponse find(String id) {
    return kept.get(id);
  }

  void keep(String id, StoredResponse response) {
    kept.put(id, response);
    bytes += response.bytes();
    var oldest = kept.values().iterator();
    while (kept.size() > most || bytes > MOST_BYTES) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }

  /** How many are remembered. */
  int size() {
    return kept.size();
  }
}
