package kz.qaqpa.http.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A token's bytes as text. Functions only. */
public final class TokenText {
  private static final String PARTIAL = "bytes:";
  private static final float UNLIKELY = -9999f;
  private static final HexFormat HEX = HexFormat.of();

  private TokenText() {}

  /**
   * The text of a token, or of one that is only a part of a character what OpenAI writes for such:
   * {@code bytes:\xd2}. Never U+FFFD in place of a character.
   */
  public static String of(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return escaped(bytes);
    }
  }

  /**
   * A logarithm of a probability as JSON can carry it: what is too unlikely to have one is -9999,
   * as OpenAI documents.
   */
  public static float logprob(float value) {
    return Float.isFinite(value) ? value : UNLIKELY;
  }

  private static String escaped(byte[] bytes) {
    StringBuilder text = new StringBuilder(PARTIAL);
    for (byte b : bytes) {
      if (b >= ' ' && b < 0x7f && b != '\\') {
        text.append((char) b);
      } else {
        text.append("\\x").append(HEX.toHexDigits(b));
      }
    }
    return text.toString();
  }
}
