package kz.qaqpa.engine.trt.network;

import java.util.List;
import java.util.function.Function;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.trt.graph.Node;
import kz.qaqpa.engine.trt.graph.Tensor;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer.ActivationType;
import org.bytedeco.tensorrt.global.nvinfer.AttentionIOForm;
import org.bytedeco.tensorrt.global.nvinfer.AttentionNormalizationOp;
import org.bytedeco.tensorrt.global.nvinfer.CausalMaskKind;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.ElementWiseOperation;
import org.bytedeco.tensorrt.global.nvinfer.GatherMode;
import org.bytedeco.tensorrt.global.nvinfer.KVCacheMode;
import org.bytedeco.tensorrt.global.nvinfer.MatrixOperation;
import org.bytedeco.tensorrt.global.nvinfer.ReduceOperation;
import org.bytedeco.tensorrt.global.nvinfer.TopKOperation;
import org.bytedeco.tensorrt.global.nvinfer.UnaryOperation;
import org.bytedeco.tensorrt.nvinfer.IAttention;
import org.bytedeco.tensorrt.nvinfer.IGatherLayer;
import org.bytedeco.tensorrt.nvinfer.IKVCacheUpdateLayer;
import org.bytedeco.tensorrt.nvinfer.ILayer;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IRotaryEmbeddingLayer;
import org.bytedeco.tensorrt.nvinfer.IShuffleLayer;
import org.bytedeco.tensorrt.nvinfer.ISliceLayer;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.bytedeco.tensorrt.nvinfer.ITopKLayer;
import org.jspecify.annotations.Nullable;

/** Adds one layer (rarely two) for each node. Confined to one thread. */
final class LayerWriter {
  private static final int LAST_OF_TWO = 1;

  private final INetworkDefinition network;
  private final TensorRtLog log;
  private final ConstantMemory memory;
  private final Function<Tensor, ITensor> tensors;

  LayerWriter(
      INetworkDefinition network,
      TensorRtLog log,
      ConstantMemory memory,
      Function<Tensor, ITensor> tensors) {
    this.network = network;
    this.log = log;
    this.memory = memory;
    this.tensors = tensors;
  }

  /**
   * Adds a node and gives its outputs their names.
   *
   * @throws EngineFault.Fatal with the node's name and TensorRT's words if TensorRT refuses it
   */
  List<ITensor> add(Node node) {
    return switch (node) {
      case Node.Scalar n -> scalar(n);
      case Node.Gather n -> single(n, network.addGather(in(n.table()), in(n.indices()), 0));
      case Node.GatherElements n -> gatherElements(n);
      case Node.MatMul n ->
          single(
              n,
              network.addMatrixMultiply(
                  in(n.x()), MatrixOperation.kNONE, in(n.matrix()), MatrixOperation.kTRANSPOSE));
      case Node.Dequantize n ->
          single(
              n,
              network.addDequantize(
                  in(n.codes()), in(n.scale()), Dimensions.type(n.output().type())));
      case Node.Cast n -> single(n, network.addCast(in(n.x()), Dimensions.type(n.output().type())));
      case Node.Unary n -> single(n, unary(n));
      case Node.Binary n -> single(n, network.addElementWise(in(n.a()), in(n.b()), op(n.op())));
      case Node.Reduce n -> {
        int lastAxis = 1 << (n.x().rank() - 1);
        yield single(n, network.addReduce(in(n.x()), op(n.op()), lastAxis, true));
      }
      case Node.Reshape n -> reshape(n);
      case Node.Slice n -> slice(n);
      case Node.Rotary n -> rotary(n);
      case Node.CacheUpdate n -> cacheUpdate(n);
      case Node.Attention n -> attention(n);
      case Node.TopK n -> topK(n);
    };
  }

  private List<ITensor> scalar(Node.Scalar node) {
    FloatPointer value = new FloatPointer(node.value());
    ILayer layer =
        network.addConstant(
            Dimensions.of(node.output()), memory.keep(value, node.output().type(), 1));
    return single(node, layer);
  }

  private List<ITensor> gatherElements(Node.GatherElements node) {
    IGatherLayer layer =
        made(node, network.addGatherV2(in(node.data()), in(node.indices()), GatherMode.kELEMENT));
    layer.setGatherAxis(LAST_OF_TWO);
    return single(node, layer);
  }

  private @Nullable ILayer unary(Node.Unary node) {
    ITensor x = in(node.x());
    return switch (node.op()) {
      case SQRT -> network.addUnary(x, UnaryOperation.kSQRT);
      case RECIPROCAL -> network.addUnary(x, UnaryOperation.kRECIP);
      case EXP -> network.addUnary(x, UnaryOperation.kEXP);
      case LOG -> network.addUnary(x, UnaryOperation.kLOG);
      case SIGN -> network.addUnary(x, UnaryOperation.kSIGN);
      case SIGMOID -> network.addActivation(x, ActivationType.kSIGMOID);
    };
  }

  private static ElementWiseOperation op(Node.BinaryOp op) {
    return switch (op) {
      case ADD -> ElementWiseOperation.kSUM;
      case SUB -> ElementWiseOperation.kSUB;
      case MUL -> ElementWiseOperation.kPROD;
    };
  }

  private static ReduceOperation op(Node.ReduceOp op) {
    return switch (op) {
      case MAX -> ReduceOperation.kMAX;
      case MEAN -> ReduceOperation.kAVG;
      case SUM -> ReduceOperation.kSUM;
    };
  }

  private List<ITensor> reshape(Node.Reshape node) {
    IShuffleLayer layer = made(node, network.addShuffle(in(node.x())));
    layer.setReshapeDimensions(Dimensions.of(node.output()));
    return single(node, layer);
  }

  private List<ITensor> slice(Node.Slice node) {
    ISliceLayer layer =
        made(
            node,
            network.addSlice(
                in(node.x()),
                Dimensions.of(node.start()),
                Dimensions.of(node.output().size(node.axis())),
                Dimensions.of(1)));
    // Of one axis only: the others may have sizes that the step decides.
    layer.setAxes(Dimensions.of(node.axis()));
    return single(node, layer);
  }

  private List<ITensor> rotary(Node.Rotary node) {
    IRotaryEmbeddingLayer layer =
        made(
            node,
            network.addRotaryEmbedding(
                in(node.x()), in(node.cosines()), in(node.sines()), false, 0));
    layer.setInput(3, in(node.positions()));
    return single(node, layer);
  }

  private List<ITensor> cacheUpdate(Node.CacheUpdate node) {
    IKVCacheUpdateLayer layer =
        made(
            node,
            network.addKVCacheUpdate(
                in(node.cache()), in(node.update()), in(node.write()), KVCacheMode.kLINEAR));
    Tensor lengths = node.lengths();
    if (lengths != null) {
      done(node, "setUpdateForm", layer.setUpdateForm(AttentionIOForm.kPACKED_NHD));
      done(node, "setUpdateLengths", layer.setUpdateLengths(in(lengths)));
    }
    return single(node, layer);
  }

  private List<ITensor> attention(Node.Attention node) {
    IAttention attention =
        made(
            node,
            network.addAttentionV2(
                in(node.queries()),
                in(node.keys()),
                in(node.values()),
                AttentionNormalizationOp.kSOFTMAX,
                CausalMaskKind.kLOWER_RIGHT));
    Tensor lengths = node.queryLengths();
    if (lengths != null) {
      done(node, "setQueryForm", attention.setQueryForm(AttentionIOForm.kPACKED_NHD));
      done(node, "setQueryLengths", attention.setQueryLengths(in(lengths)));
    }
    done(node, "setKeyValueLengths", attention.setKeyValueLengths(in(node.kvLengths())));
    done(node, "setName", attention.setName(node.name()));
    return List.of(checked(node, node.output(), attention.getOutput(0)));
  }

  private List<ITensor> topK(Node.TopK node) {
    ITopKLayer layer =
        made(
            node,
            network.addTopK(
                in(node.x()), TopKOperation.kMAX, node.k(), 1 << LAST_OF_TWO, DataType.kINT32));
    layer.setName(node.name());
    return List.of(
        checked(node, node.values(), layer.getOutput(0)),
        checked(node, node.indices(), layer.getOutput(1)));
  }

  private ITensor in(Tensor tensor) {
    return tensors.apply(tensor);
  }

  private List<ITensor> single(Node.Single node, @Nullable ILayer layer) {
    ILayer made = made(node, layer);
    made.setName(node.name());
    return List.of(checked(node, node.output(), made.getOutput(0)));
  }

  private <T extends Pointer> T made(Node node, @Nullable T layer) {
    if (layer == null || layer.isNull()) {
      throw refused(node, "the layer");
    }
    return layer;
  }

  private void done(Node node, String call, boolean accepted) {
    if (!accepted) {
      throw refused(node, call);
    }
  }

  /** TensorRT judges a layer when it is asked for the sizes of its results. */
  private ITensor checked(Node node, Tensor expected, ITensor actual) {
    made(node, actual).setName(expected.name());
    if (!Dimensions.isKnown(actual)) {
      throw refused(node, "the layer");
    }
    if (!Dimensions.matches(expected, actual)) {
      throw new EngineFault.Fatal(
          node.name()
              + ": TensorRT infers "
              + Dimensions.shown(actual)
              + " (expected: "
              + expected
              + ")",
          null);
    }
    return actual;
  }

  private EngineFault.Fatal refused(Node node, String what) {
    return new EngineFault.Fatal(
        node.name()
            + ": TensorRT refuses "
            + what
            + " of "
            + node.inputs()
            + ": "
            + log.takeErrors(),
        null);
  }
}
