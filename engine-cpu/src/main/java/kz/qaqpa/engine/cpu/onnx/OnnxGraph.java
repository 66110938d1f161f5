package kz.qaqpa.engine.cpu.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * A graph under construction, written as {@code ModelProto}: nodes in the order of execution,
 * weights by reference into a {@link WeightFile}.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>
 */
public final class OnnxGraph {
  /** Domain of ONNX Runtime's own operators. */
  public static final String CONTRIB = "com.microsoft";

  private static final int IR_VERSION = 10;
  private static final int OPSET = 21;
  private static final int EXTERNAL = 1;

  private final String name;
  private final ProtoMessage graph = new ProtoMessage();

  public OnnxGraph(String name) {
    this.name = name;
    graph.text(2, name);
  }

  /** Declares an input; each dimension is a number or a name. */
  public String input(String input, ElementType type, Object... dims) {
    graph.message(11, valueInfo(input, type, dims));
    return input;
  }

  /** Declares an output; each dimension is a number or a name. */
  public String output(String output, ElementType type, Object... dims) {
    graph.message(12, valueInfo(output, type, dims));
    return output;
  }

  /** Adds a node of the standard domain. */
  public void node(String op, List<String> inputs, List<String> outputs, Attribute... attributes) {
    node("", op, inputs, outputs, attributes);
  }

  /** Adds a node; an empty name stands for an input or output that is left out. */
  public void node(
      String domain,
      String op,
      List<String> inputs,
      List<String> outputs,
      Attribute... attributes) {
    ProtoMessage node = new ProtoMessage();
    inputs.forEach(input -> node.text(1, input));
    outputs.forEach(output -> node.text(2, output));
    node.text(3, outputs.getFirst() + "/" + op).text(4, op);
    for (Attribute attribute : attributes) {
      node.message(5, attribute.proto);
    }
    graph.message(1, node.text(7, domain));
  }

  /** Adds a weight whose bytes lie in the file. */
  public String weight(
      String weight, ElementType type, WeightFile file, WeightFile.Place place, long... dims) {
    long elements = 1;
    for (long dim : dims) {
      elements *= dim;
    }
    if (elements * type.bytes != place.length()) {
      throw new IllegalArgumentException(
          weight + ": " + place.length() + " bytes (expected: " + elements * type.bytes + ")");
    }
    ProtoMessage tensor = tensor(weight, type, dims).integer(14, EXTERNAL);
    tensor.message(13, entry("location", file.location()));
    tensor.message(13, entry("offset", Long.toString(place.offset())));
    tensor.message(13, entry("length", Long.toString(place.length())));
    graph.message(5, tensor);
    return weight;
  }

  /** Adds a constant vector of whole numbers. */
  public String constant(String constant, long... values) {
    List<Byte> bytes = new ArrayList<>();
    for (long value : values) {
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        bytes.add((byte) (value >>> shift));
      }
    }
    byte[] raw = new byte[bytes.size()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = bytes.get(i);
    }
    graph.message(5, tensor(constant, ElementType.INT64, values.length).bytes(9, raw));
    return constant;
  }

  /** The finished model. */
  public byte[] toModel() {
    return new ProtoMessage()
        .integer(1, IR_VERSION)
        .text(2, name)
        .message(7, graph)
        .message(8, new ProtoMessage().text(1, "").integer(2, OPSET))
        .message(8, new ProtoMessage().text(1, CONTRIB).integer(2, 1))
        .toBytes();
  }

  private static ProtoMessage tensor(String name, ElementType type, long... dims) {
    ProtoMessage tensor = new ProtoMessage();
    for (long dim : dims) {
      tensor.integer(1, dim);
    }
    return tensor.integer(2, type.code).text(8, name);
  }

  private static ProtoMessage entry(String key, String value) {
    return new ProtoMessage().text(1, key).text(2, value);
  }

  private static ProtoMessage valueInfo(String name, ElementType type, Object... dims) {
    ProtoMessage shape = new ProtoMessage();
    for (Object dim : dims) {
      ProtoMessage one = new ProtoMessage();
      if (dim instanceof Number number) {
        one.integer(1, number.longValue());
      } else {
        one.text(2, dim.toString());
      }
      shape.message(1, one);
    }
    ProtoMessage tensorType = new ProtoMessage().integer(1, type.code).message(2, shape);
    return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensorType));
  }
}
