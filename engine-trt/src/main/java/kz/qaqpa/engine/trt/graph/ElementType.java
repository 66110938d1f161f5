package kz.qaqpa.engine.trt.graph;

/** Number formats of tensors. Nothing is converted but by a {@link Node.Cast}. */
public enum ElementType {
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary16. */
  F16(2),
  /** Upper half of an IEEE 754 binary32. */
  BF16(2),
  /** One byte: 4 bits of exponent, 3 of mantissa, no infinities, largest 448 (OCP "OFP8" E4M3). */
  FP8_E4M3(1),
  /** Signed, 32 bits. */
  INT32(4),
  /** Signed, 64 bits. */
  INT64(8);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }
}
