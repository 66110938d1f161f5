package kz.qaqpa.engine.trt.network;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.Node;
import kz.qaqpa.engine.trt.graph.Tensor;
import kz.qaqpa.engine.trt.graph.Weight;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Graph} as TensorRT's network, which it owns together with the memory of its constants.
 * Strongly typed: TensorRT computes in the formats that the graph names, no others.
 *
 * <p>Close it when the build has ended, before the builder. Confined to one thread.
 */
public final class TensorRtNetwork implements AutoCloseable {
  private final Graph graph;
  private final IBuilder builder;
  private final TensorRtLog log;
  private final INetworkDefinition network;
  private final ConstantMemory memory = new ConstantMemory();
  private final Map<Tensor, ITensor> tensors = new HashMap<>();
  private boolean closed;

  private TensorRtNetwork(
      Graph graph, IBuilder builder, TensorRtLog log, INetworkDefinition network) {
    this.graph = graph;
    this.builder = builder;
    this.log = log;
    this.network = network;
  }

  /**
   * Writes a graph into a new network of the builder.
   *
   * @param log the builder's
   * @throws EngineFault.Fatal naming the layer, with TensorRT's words, if TensorRT refuses one
   */
  public static TensorRtNetwork write(
      Graph graph, IBuilder builder, TensorRtLog log, WeightPlacement placement) {
    log.takeErrors();
    INetworkDefinition definition = builder.createNetworkV2(0);
    if (definition == null || definition.isNull()) {
      throw new EngineFault.Fatal("createNetworkV2: " + log.takeErrors(), null);
    }
    TensorRtNetwork network = new TensorRtNetwork(graph, builder, log, definition);
    try {
      network.write(placement);
      return network;
    } catch (RuntimeException | Error e) {
      network.close();
      throw e;
    }
  }

  /** TensorRT's own object; valid until this is closed. */
  public INetworkDefinition definition() {
    if (closed) {
      throw new IllegalStateException("network: closed (expected: open)");
    }
    return network;
  }

  /**
   * Adds an optimisation profile to a builder's configuration.
   *
   * @throws EngineFault.Fatal naming the input if TensorRT refuses its sizes
   */
  public void addProfile(IBuilderConfig config, ShapeProfile profile) {
    log.takeErrors();
    // The builder owns it.
    IOptimizationProfile sizes = builder.createOptimizationProfile();
    for (Tensor input : graph.inputs()) {
      if (!input.isFixed()) {
        set(profile, sizes, input, OptProfileSelector.kMIN, profile.min(input));
        set(profile, sizes, input, OptProfileSelector.kOPT, profile.typical(input));
        set(profile, sizes, input, OptProfileSelector.kMAX, profile.max(input));
      }
    }
    if (!sizes.isValid() || config.addOptimizationProfile(sizes) < 0) {
      throw new EngineFault.Fatal(
          "profile " + profile.name() + ": TensorRT refuses it: " + log.takeErrors(), null);
    }
  }

  private void set(
      ShapeProfile profile,
      IOptimizationProfile into,
      Tensor input,
      OptProfileSelector selector,
      long[] sizes) {
    if (!into.setDimensions(input.name(), selector, Dimensions.of(sizes))) {
      throw new EngineFault.Fatal(
          "profile "
              + profile.name()
              + ": TensorRT refuses the sizes of "
              + input
              + ": "
              + log.takeErrors(),
          null);
    }
  }

  private void write(WeightPlacement placement) {
    graph.inputs().forEach(this::addInput);
    for (Weight weight : graph.weights()) {
      switch (placement) {
        case WeightPlacement.Inputs _ -> addInput(weight.tensor());
        case WeightPlacement.Constants constants ->
            addConstant(weight, constants.memory().apply(weight));
      }
    }
    LayerWriter layers = new LayerWriter(network, log, memory, this::tensor);
    for (Node node : graph.nodes()) {
      List<ITensor> results = layers.add(node);
      for (int i = 0; i < results.size(); i++) {
        tensors.put(node.outputs().get(i), results.get(i));
      }
    }
    graph.outputs().forEach(output -> network.markOutput(tensor(output)));
  }

  private void addInput(Tensor tensor) {
    put(
        tensor,
        network.addInput(tensor.name(), Dimensions.type(tensor.type()), Dimensions.of(tensor)));
  }

  private void addConstant(Weight weight, MemorySegment elements) {
    Tensor tensor = weight.tensor();
    if (elements.byteSize() != tensor.bytes()) {
      throw new IllegalArgumentException(
          weight.name()
              + ": "
              + elements.byteSize()
              + " bytes (expected: "
              + tensor.bytes()
              + " for "
              + tensor
              + ")");
    }
    var layer =
        network.addConstant(
            Dimensions.of(tensor),
            memory.borrow(new AddressOf(elements), tensor.type(), tensor.elements()));
    if (layer == null || layer.isNull()) {
      throw refused(tensor);
    }
    layer.setName(tensor.name());
    put(tensor, layer.getOutput(0));
  }

  private void put(Tensor tensor, @Nullable ITensor made) {
    if (made == null || made.isNull() || !Dimensions.isKnown(made)) {
      throw refused(tensor);
    }
    made.setName(tensor.name());
    tensors.put(tensor, made);
  }

  private EngineFault.Fatal refused(Tensor tensor) {
    return new EngineFault.Fatal(
        tensor.name() + ": TensorRT refuses " + tensor + ": " + log.takeErrors(), null);
  }

  private ITensor tensor(Tensor tensor) {
    ITensor made = tensors.get(tensor);
    if (made == null) {
      throw new IllegalArgumentException(tensor + " (expected: a tensor of the graph)");
    }
    return made;
  }

  /** Frees the network and its constants; the second time does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      tensors.clear();
      CppObject.delete(network);
      memory.close();
    }
  }

  /** JavaCPP's view of memory that is not its own. */
  private static final class AddressOf extends Pointer {
    AddressOf(MemorySegment segment) {
      address = segment.address();
    }
  }
}
