package kz.qaqpa.engine.trt.check;

/** Names of the table's rows, which docs/benchmarks.md lists too. */
final class Rows {
  static final String LIBRARIES = "libraries found";
  static final String VERSION = "TensorRT version";
  static final String ALIAS = "builder resource: alias needed";
  static final String PTX = "driver refuses the PTX version";
  static final String SMALL_BUILD = "small model: build, seconds";
  static final String SMALL_LOGITS = "small model: logits against the reference";
  static final String SMALL_BF16 = "small model: bf16 and fp8 logits, error";
  static final String SMALL_IDENTITY = "small model: tokens in company and alone";
  static final String BANDWIDTH = "copy bandwidth on the device, GB/s";
  static final String LARGE_BUILD = "8B shape: build, seconds";
  static final String DECODE_1 = "8B shape: tokens/s at batch 1";
  static final String DECODE_16 = "8B shape: tokens/s at batch 16";
  static final String DECODE_64 = "8B shape: tokens/s at batch 64";
  static final String DECODE_128 = "8B shape: tokens/s at batch 128";
  static final String OUTSIDE = "8B shape: time of a step outside the GPU";
  static final String PREFILL = "8B shape: prefill, tokens/s";
  static final String COPY = "8B shape: copyKv of 1024 tokens, µs";
  static final String WRITE_BESIDE = "8B shape: writeKv beside a step";
  static final String READ_BESIDE = "8B shape: readKv beside a step";

  private Rows() {}

  static String decode(int batch) {
    return "8B shape: tokens/s at batch " + batch;
  }

  static void plan(CheckTable table) {
    table.plan(
        LIBRARIES,
        VERSION,
        ALIAS,
        PTX,
        SMALL_BUILD,
        SMALL_LOGITS,
        SMALL_BF16,
        SMALL_IDENTITY,
        BANDWIDTH,
        LARGE_BUILD,
        DECODE_1,
        DECODE_16,
        DECODE_64,
        DECODE_128,
        OUTSIDE,
        PREFILL,
        COPY,
        WRITE_BESIDE,
        READ_BESIDE);
  }
}
