package kz.qaqpa.engine.trt.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.fixture.CpuOnlyTensorRt;
import kz.qaqpa.engine.trt.fixture.Models;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.network.CppObject;
import kz.qaqpa.engine.trt.network.ShapeProfile;
import kz.qaqpa.engine.trt.network.TensorRtLog;
import kz.qaqpa.engine.trt.network.TensorRtNetwork;
import kz.qaqpa.engine.trt.network.WeightPlacement;
import kz.qaqpa.engine.trt.plan.PlanKey;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.EngineCapability;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.IProgressMonitor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Building with TensorRT's own library, as far as it goes without a GPU: to the first kernel. */
@Tag("tensorrt")
class CpuOnlyBuildTest {
  @TempDir private Path folder;

  @BeforeAll
  static void load() {
    CpuOnlyTensorRt.load();
  }

  /** TensorRT calls the object that Java made, with names that make sense, and in pairs. */
  @Test
  void tensorRtCallsTheMonitor() {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    BuildListener listener =
        new BuildListener() {
          @Override
          public void started(String phase, String parent, int steps) {
            heard.add("start " + phase);
            assertThat(steps).isNotNegative();
          }

          @Override
          public boolean stepped(String phase, int step) {
            heard.add("step " + phase);
            return true;
          }

          @Override
          public void finished(String phase) {
            heard.add("finish " + phase);
          }
        };
    TensorRtLog log = new TensorRtLog();
    IBuilder builder = nvinfer.createInferBuilder(log);
    IBuilderConfig config = builder.createBuilderConfig();
    try (TensorRtNetwork network =
            TensorRtNetwork.write(
                LlamaGraph.build(Models.kazMini(), Precision.BF16, LlamaGraph.Form.DECODE, 320),
                builder,
                log,
                new WeightPlacement.Inputs());
        ProgressMonitor monitor = new ProgressMonitor(listener)) {
      network.addProfile(config, ShapeProfile.decode(4, 8));
      config.setEngineCapability(EngineCapability.kSAFETY);
      config.setProgressMonitor(new IProgressMonitor(new At(monitor.address())));
      IHostMemory plan = builder.buildSerializedNetwork(network.definition(), config);
      assertThat(plan == null || plan.isNull()).isTrue(); // No GPU, no kernels.
      assertThat(monitor.failure()).isNull();
      config.setProgressMonitor(null);
    } finally {
      CppObject.delete(config);
      CppObject.delete(builder);
    }
    assertThat(heard).isNotEmpty().anyMatch(line -> line.startsWith("start "));
    for (String line : heard) {
      assertThat(line).matches("(start|step|finish) [\\x20-\\x7e]+");
    }
  }

  /** The way of a real build up to TensorRT's own word that there is no GPU. */
  @Test
  void theBuilderSaysInTensorRtsWordsWhatItLacks() {
    LlamaConfig config = Models.kazMini();
    Sizing sizing = Sizing.given(config, Precision.BF16, 8, 256);
    PlanKey key =
        new PlanKey("m", Precision.BF16, 8, 256, 2048, LlamaGraph.VERSION, "11.2.1", "g", "9.0");
    PlanBuilder builder =
        new PlanBuilder(
            config,
            sizing,
            new BuilderResource(List.of(), folder, _ -> {}),
            BuildProgress.lines(_ -> {}));
    try (Arena arena = Arena.ofShared()) {
      assertThatThrownBy(() -> builder.plan(key, folder.resolve("timing.cache"), arena))
          .isInstanceOf(EngineFault.Fatal.class)
          .hasMessageStartingWith("buildSerializedNetwork of decode: ")
          .hasMessageContaining("CPU");
    }
    assertThat(folder).isEmptyDirectory();
  }

  private static final class At extends Pointer {
    At(long value) {
      address = value;
    }
  }
}
