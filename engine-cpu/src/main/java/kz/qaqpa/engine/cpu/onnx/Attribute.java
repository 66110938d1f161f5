package kz.qaqpa.engine.cpu.onnx;

/** A named number fixed in a node. */
public final class Attribute {
  private static final int FLOAT = 1;
  private static final int INT = 2;

  /** As {@code AttributeProto}. */
  final ProtoMessage proto;

  private Attribute(ProtoMessage proto) {
    this.proto = proto;
  }

  /** An attribute that holds a whole number. */
  public static Attribute of(String name, long value) {
    return new Attribute(new ProtoMessage().text(1, name).integer(3, value).integer(20, INT));
  }

  /** An attribute that holds a real number. */
  public static Attribute of(String name, float value) {
    return new Attribute(new ProtoMessage().text(1, name).real(2, value).integer(20, FLOAT));
  }
}
