package kz.qaqpa.engine.trt.build;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.network.CppObject;
import kz.qaqpa.engine.trt.network.ShapeProfile;
import kz.qaqpa.engine.trt.network.TensorRtLog;
import kz.qaqpa.engine.trt.network.TensorRtNetwork;
import kz.qaqpa.engine.trt.network.WeightPlacement;
import kz.qaqpa.engine.trt.plan.PlanKey;
import kz.qaqpa.engine.trt.plan.PlanStore;
import kz.qaqpa.engine.trt.run.PlanBody;
import kz.qaqpa.engine.trt.run.Programs;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.IProgressMonitor;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;

/**
 * Has TensorRT build the two programs of a model. Weights are inputs of them: a plan is some
 * megabytes, and building needs no more memory than the kernels that are tried. NVIDIA's libraries
 * must be loaded. Blocks for minutes.
 */
public final class PlanBuilder implements PlanStore.Build {
  private static final int TYPICAL_TOKENS = 512;

  private final LlamaConfig config;
  private final Sizing sizing;
  private final BuilderResource resource;
  private final BuildProgress progress;

  /**
   * @param resource finds the code that plans are made of
   * @param progress shows how far it is
   */
  public PlanBuilder(
      LlamaConfig config, Sizing sizing, BuilderResource resource, BuildProgress progress) {
    this.config = config;
    this.sizing = sizing;
    this.resource = resource;
    this.progress = progress;
  }

  /**
   * Builds both.
   *
   * @throws EngineFault.Fatal with TensorRT's words if it refuses, naming the program
   */
  @Override
  public MemorySegment plan(PlanKey key, Path timingCache, Arena arena) throws IOException {
    TensorRtLog log = new TensorRtLog();
    IBuilder builder = resource.builder(log);
    try (Arena both = Arena.ofShared()) {
      MemorySegment timings =
          Files.isRegularFile(timingCache)
              ? MemorySegment.ofArray(Files.readAllBytes(timingCache))
              : MemorySegment.ofArray(new byte[0]);
      Built decode = build(builder, log, LlamaGraph.Form.DECODE, decodeProfiles(), timings, both);
      Built mixed =
          build(builder, log, LlamaGraph.Form.RAGGED, mixedProfiles(), decode.timings, both);
      PlanStore.keepTimings(timingCache, mixed.timings);
      return new PlanBody(decode.program, mixed.program).join(arena);
    } finally {
      CppObject.delete(builder);
    }
  }

  private record Built(MemorySegment program, MemorySegment timings) {}

  private List<ShapeProfile> decodeProfiles() {
    return Programs.decodeRows(sizing.maxBatch()).stream()
        .map(rows -> ShapeProfile.decode(Math.max(1, rows / 2), rows))
        .toList();
  }

  private List<ShapeProfile> mixedProfiles() {
    int most = sizing.networkTokens();
    return List.of(ShapeProfile.mixed(Math.min(TYPICAL_TOKENS, most), most, sizing.maxBatch()));
  }

  private Built build(
      IBuilder builder,
      TensorRtLog log,
      LlamaGraph.Form form,
      List<ShapeProfile> profiles,
      MemorySegment timings,
      Arena arena) {
    String name = form == LlamaGraph.Form.DECODE ? "decode" : "mixed";
    Graph graph = LlamaGraph.build(config, sizing.precision(), form, sizing.capacity());
    IBuilderConfig settings = builder.createBuilderConfig();
    try (TensorRtNetwork network =
            TensorRtNetwork.write(graph, builder, log, new WeightPlacement.Inputs());
        ProgressMonitor monitor =
            new ProgressMonitor(new ProgressBar("building " + name, progress));
        BytePointer known = pointer(timings)) {
      profiles.forEach(profile -> network.addProfile(settings, profile));
      settings.setProgressMonitor(new IProgressMonitor(new Address(monitor.address())));
      ITimingCache cache = settings.createTimingCache(known, timings.byteSize());
      // A cache of another device or version is ignored: it says so in the log.
      if (cache != null && !cache.isNull() && !settings.setTimingCache(cache, false)) {
        log.takeErrors();
      }
      try {
        return built(builder, log, network, settings, name, monitor, arena);
      } finally {
        settings.setProgressMonitor(null);
        CppObject.delete(cache);
      }
    } finally {
      CppObject.delete(settings);
    }
  }

  private static Built built(
      IBuilder builder,
      TensorRtLog log,
      TensorRtNetwork network,
      IBuilderConfig settings,
      String name,
      ProgressMonitor monitor,
      Arena arena) {
    IHostMemory plan = builder.buildSerializedNetwork(network.definition(), settings);
    if (plan == null || plan.isNull()) {
      Throwable cause = monitor.failure();
      throw new EngineFault.Fatal(
          "buildSerializedNetwork of "
              + name
              + ": "
              + (cause == null ? log.takeErrors() : "cancelled: " + cause),
          cause);
    }
    try {
      ITimingCache cache = settings.getTimingCache();
      IHostMemory measured = cache == null || cache.isNull() ? null : cache.serialize();
      MemorySegment timings =
          measured == null || measured.isNull()
              ? arena.allocate(0)
              : copy(measured.data(), measured.size(), arena);
      CppObject.delete(measured);
      return new Built(copy(plan.data(), plan.size(), arena), timings);
    } finally {
      CppObject.delete(plan);
    }
  }

  @SuppressWarnings("restricted") // memory of this size, as TensorRT has just said
  private static MemorySegment copy(Pointer data, long bytes, Arena arena) {
    return arena
        .allocate(bytes, 64)
        .copyFrom(MemorySegment.ofAddress(data.address()).reinterpret(bytes));
  }

  private static BytePointer pointer(MemorySegment bytes) {
    BytePointer pointer = new BytePointer(Math.max(1, bytes.byteSize()));
    pointer.limit(bytes.byteSize());
    pointer.asByteBuffer().put(bytes.asByteBuffer());
    return pointer;
  }

  private static final class Address extends Pointer {
    Address(long value) {
      address = value;
    }
  }
}
