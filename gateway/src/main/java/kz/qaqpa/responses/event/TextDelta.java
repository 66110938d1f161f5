package kz.qaqpa.responses.event;

import java.nio.charset.StandardCharsets;
import java.util.List;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Obfuscation;
import kz.qaqpa.http.api.TokenLogprob;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * {@code response.output_text.delta}: the event that each token pays for. All that is the same in
 * each of a response is made once. Confined to the event loop.
 */
record TextDelta(Frame frame, String text, List<TokenLogprob> logprobs, long sequenceNumber)
    implements ResponseEvent {
  static final String TYPE = "response.output_text.delta";

  private static final byte[] LOGPROBS = ascii("\",\"logprobs\":");
  private static final byte[] NO_LOGPROBS = ascii("[]");
  private static final byte[] NOISE = ascii(",\"obfuscation\":\"");
  private static final byte[] QUOTED = ascii("\"");
  private static final byte[] PLAIN = {};
  private static final byte[] NUMBER = ascii(",\"sequence_number\":");

  /** What the deltas of one response have in common. */
  static final class Frame {
    private final byte[] head;
    private final boolean obfuscate;

    /**
     * @param itemId the message that grows, of ASCII letters without meaning in JSON
     * @param obfuscate whether events are padded
     */
    Frame(String itemId, boolean obfuscate) {
      this.head =
          ascii(
              "{\"type\":\""
                  + TYPE
                  + "\",\"item_id\":\""
                  + itemId
                  + "\",\"output_index\":0,\"content_index\":0,\"delta\":\"");
      this.obfuscate = obfuscate;
    }
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public byte[] json(@Nullable String streamId) {
    byte[] letters = JsonStringEncoder.getInstance().quoteAsUTF8(text);
    byte[] tokens = logprobs.isEmpty() ? NO_LOGPROBS : Json.bytes(logprobs);
    boolean padded = frame.obfuscate;
    byte[] noise = padded ? Obfuscation.noise(letters.length + tokens.length) : PLAIN;
    return Bytes.join(
        frame.head,
        letters,
        LOGPROBS,
        tokens,
        padded ? NOISE : PLAIN,
        noise,
        padded ? QUOTED : PLAIN,
        NUMBER,
        ascii(Long.toString(sequenceNumber)),
        Bytes.ending(streamId));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
