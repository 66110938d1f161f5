package kz.qaqpa.engine.trt.library;

import java.nio.file.Path;
import java.util.List;

/**
 * The libraries that TensorRT needs on a machine, found.
 *
 * @param cudart CUDA's runtime
 * @param nvinfer TensorRT's runtime and builder
 * @param builderResources code that the builder puts into plans; without it plans can be run only
 * @param beside libraries that JavaCPP's bindings want loaded though TensorRT 11 does not use them
 */
public record Libraries(Path cudart, Path nvinfer, List<Path> builderResources, List<Path> beside) {
  /** Sonames, as far as this build is bound to them: CUDA 13, TensorRT 11. */
  public static final String CUDART = "libcudart.so.13";

  public static final String NVINFER = "libnvinfer.so.11";

  static final String BUILDER_RESOURCES = "libnvinfer_builder_resource*.so*";

  /** Named in the bindings' own library; empty ones do. */
  static final List<String> BESIDE =
      List.of(
          "libnvrtc.so.13",
          "libcublasLt.so.13",
          "libcublas.so.13",
          "libcudnn_graph.so.9",
          "libcudnn_ops.so.9",
          "libcudnn_adv.so.9",
          "libcudnn_cnn.so.9");

  public Libraries {
    builderResources = List.copyOf(builderResources);
    beside = List.copyOf(beside);
  }
}
