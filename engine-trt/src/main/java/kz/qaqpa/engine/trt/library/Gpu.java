package kz.qaqpa.engine.trt.library;

/**
 * A GPU as the driver describes it.
 *
 * @param name as sold, for instance {@code NVIDIA H200}
 * @param major compute capability, first part
 * @param minor compute capability, second part
 * @param memoryBytes all memory of it
 */
public record Gpu(String name, int major, int minor, long memoryBytes) {

  /** As NVIDIA writes it: {@code 9.0}. */
  public String capability() {
    return major + "." + minor;
  }
}
