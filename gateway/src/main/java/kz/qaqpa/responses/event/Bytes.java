package kz.qaqpa.responses.event;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/** JSON put together from pieces. Functions only. */
final class Bytes {
  private static final byte[] END = {'}'};
  private static final byte[] STREAM_ID = ",\"stream_id\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STREAM_END = {'"', '}'};

  private Bytes() {}

  /** The end of an object, after a member {@code stream_id} unless that is null. */
  static byte[] ending(@Nullable String streamId) {
    return streamId == null
        ? END
        : join(STREAM_ID, JsonStringEncoder.getInstance().quoteAsUTF8(streamId), STREAM_END);
  }

  /** An object with another ending. */
  static byte[] reopened(byte[] object, byte[] ending) {
    byte[] joined = new byte[object.length - 1 + ending.length];
    System.arraycopy(object, 0, joined, 0, object.length - 1);
    System.arraycopy(ending, 0, joined, object.length - 1, ending.length);
    return joined;
  }

  static byte[] join(byte[]... pieces) {
    int length = 0;
    for (byte[] piece : pieces) {
      length += piece.length;
    }
    byte[] joined = new byte[length];
    int at = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, joined, at, piece.length);
      at += piece.length;
    }
    return joined;
  }
}
