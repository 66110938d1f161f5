package kz.qaqpa.engine.trt.network;

import kz.qaqpa.engine.trt.fixture.CpuOnlyTensorRt;
import kz.qaqpa.engine.trt.graph.Graph;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.EngineCapability;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;

/** A builder that validates and cannot build. */
final class CpuOnlyBuilder implements AutoCloseable {
  private final TensorRtLog log;
  private final IBuilder builder;

  CpuOnlyBuilder() {
    CpuOnlyTensorRt.load();
    log = new TensorRtLog();
    builder = nvinfer.createInferBuilder(log);
  }

  TensorRtNetwork write(Graph graph) {
    return write(graph, new WeightPlacement.Inputs());
  }

  TensorRtNetwork write(Graph graph, WeightPlacement placement) {
    return TensorRtNetwork.write(graph, builder, log, placement);
  }

  /** TensorRT's judgement of the whole network: empty if it is sound, else what it logged. */
  String judge(TensorRtNetwork network, ShapeProfile... profiles) {
    IBuilderConfig config = builder.createBuilderConfig();
    try {
      // The other capabilities want a GPU even for a question.
      config.setEngineCapability(EngineCapability.kSAFETY);
      for (ShapeProfile profile : profiles) {
        network.addProfile(config, profile);
      }
      log.takeErrors();
      return builder.isNetworkSupported(network.definition(), config) ? "" : log.takeErrors();
    } finally {
      CppObject.delete(config);
    }
  }

  @Override
  public void close() {
    CppObject.delete(builder);
  }
}
