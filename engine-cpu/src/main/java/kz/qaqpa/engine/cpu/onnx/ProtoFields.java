package kz.qaqpa.engine.cpu.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Goes through the fields of a message in protobuf's wire format, copying or replacing each. Sizes
 * are checked against what is left: a damaged file gives an {@link IOException}.
 */
final class ProtoFields {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final byte[] bytes;
  private int position;

  private ProtoFields(byte[] bytes) {
    this.bytes = bytes;
  }

  /** What becomes of a field that holds text, bytes or a message. */
  @FunctionalInterface
  interface Rewriter {
    /** The new content of a field, or the old. */
    byte[] rewrite(int field, byte[] content) throws IOException;
  }

  /** A message with every length-delimited field passed through a function, others as they are. */
  static byte[] rewrite(byte[] message, Rewriter rewriter) throws IOException {
    ProtoFields in = new ProtoFields(message);
    ProtoMessage out = new ProtoMessage();
    while (in.position < message.length) {
      long tag = in.varint();
      int field = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case VARINT -> out.integer(field, in.varint());
        case LENGTH_DELIMITED -> out.bytes(field, rewriter.rewrite(field, in.content()));
        case FIXED32 -> out.fixed(field, FIXED32, in.take(4));
        case FIXED64 -> out.fixed(field, FIXED64, in.take(8));
        default -> throw new IOException("protobuf: wire type " + (tag & 7) + " at " + in.position);
      }
    }
    return out.toBytes();
  }

  /** The text of a field, empty if it is absent. */
  static String text(byte[] message, int wanted) throws IOException {
    String[] found = {""};
    byte[] unchanged =
        rewrite(
            message,
            (field, content) -> {
              if (field == wanted) {
                found[0] = new String(content, StandardCharsets.UTF_8);
              }
              return content;
            });
    assert unchanged.length == message.length;
    return found[0];
  }

  private byte[] content() throws IOException {
    long length = varint();
    if (length < 0 || length > bytes.length - position) {
      throw new IOException("protobuf: length " + length + " at " + position);
    }
    return take((int) length);
  }

  private byte[] take(int count) throws IOException {
    if (count > bytes.length - position) {
      throw new IOException("protobuf: ends at " + bytes.length);
    }
    position += count;
    return Arrays.copyOfRange(bytes, position - count, position);
  }

  private long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (position == bytes.length) {
        throw new IOException("protobuf: ends at " + bytes.length);
      }
      byte next = bytes[position++];
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IOException("protobuf: number of more than 64 bits at " + position);
  }
}
