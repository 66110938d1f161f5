package kz.qaqpa.engine.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Number formats of weights, all little-endian in files. */
public enum DType {
  /** Upper half of an IEEE 754 binary32. */
  BF16(2, "bfloat16"),
  /** IEEE 754 binary16. */
  F16(2, "float16"),
  /** IEEE 754 binary32. */
  F32(4, "float32");

  private final int bytes;
  private final String torchName;

  DType(int bytes, String torchName) {
    this.bytes = bytes;
    this.torchName = torchName;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** The name that PyTorch and {@code config.json} use, for instance {@code bfloat16}. */
  public String torchName() {
    return torchName;
  }

  /** The format of this name in safetensors headers, or null. */
  static @Nullable DType ofSafetensors(String name) {
    for (DType dtype : values()) {
      if (dtype.name().equals(name)) {
        return dtype;
      }
    }
    return null;
  }

  /** The format of this name in {@code config.json}, with or without {@code torch.}, or null. */
  static @Nullable DType ofTorch(String name) {
    String bare = name.toLowerCase(Locale.ROOT).replace("torch.", "");
    for (DType dtype : values()) {
      if (dtype.torchName.equals(bare)) {
        return dtype;
      }
    }
    return null;
  }
}
