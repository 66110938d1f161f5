package kz.qaqpa.engine.cpu.onnx;

/** Element types of tensors, with the numbers that {@code TensorProto.DataType} gives them. */
public enum ElementType {
  FLOAT(1, 4),
  UINT8(2, 1),
  INT32(6, 4),
  INT64(7, 8);

  final int code;
  final int bytes;

  ElementType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }
}
