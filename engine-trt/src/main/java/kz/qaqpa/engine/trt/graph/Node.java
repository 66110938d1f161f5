package kz.qaqpa.engine.trt.graph;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An operation. Its outputs are named by it; {@link GraphBuilder} infers their formats and sizes.
 *
 * <p>Arithmetic is done in the format of the operands and rounded to it once, but for sums inside a
 * product, a reduction or an attention, which are kept at least as fp32.
 */
public sealed interface Node {

  /** What it reads, in the order of its description. */
  List<Tensor> inputs();

  /** What it computes. */
  List<Tensor> outputs();

  /** Name of the node, that of its first output. */
  default String name() {
    return outputs().getFirst().name();
  }

  /** An operation of one result. */
  sealed interface Single extends Node {
    /** The result. */
    Tensor output();

    @Override
    default List<Tensor> outputs() {
      return List.of(output());
    }
  }

  /** A number, as a tensor whose sizes are all 1. */
  record Scalar(float value, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of();
    }
  }

  /** Rows of a matrix, chosen by index: {@code [R,C]} by {@code [N]} to {@code [N,C]}. */
  record Gather(Tensor table, Tensor indices, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(table, indices);
    }
  }

  /** Elements of each row, chosen by index: {@code [N,C]} by {@code [N,K]} to {@code [N,K]}. */
  record GatherElements(Tensor data, Tensor indices, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(data, indices);
    }
  }

  /** {@code [N,K]} by the transpose of {@code [M,K]} to {@code [N,M]}. */
  record MatMul(Tensor x, Tensor matrix, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(x, matrix);
    }
  }

  /** Codes times a scale, F32 without axes, in the output's format. */
  record Dequantize(Tensor codes, Tensor scale, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(codes, scale);
    }
  }

  /** To another format, to nearest, ties to even. */
  record Cast(Tensor x, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }
  }

  /** Functions of one operand. */
  enum UnaryOp {
    /** Square root. */
    SQRT,
    /** {@code 1 / x}. */
    RECIPROCAL,
    /** {@code e^x}. */
    EXP,
    /** Natural logarithm. */
    LOG,
    /** -1, 0 or 1. */
    SIGN,
    /** {@code 1 / (1 + e^-x)}. */
    SIGMOID
  }

  /** A function of every element. */
  record Unary(UnaryOp op, Tensor x, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }
  }

  /** Functions of two operands. */
  enum BinaryOp {
    /** {@code a + b}. */
    ADD,
    /** {@code a - b}. */
    SUB,
    /** {@code a * b}. */
    MUL
  }

  /** A function of two tensors of equal rank; an axis of size 1 is repeated as the other needs. */
  record Binary(BinaryOp op, Tensor a, Tensor b, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(a, b);
    }
  }

  /** How the elements of a row become one. */
  enum ReduceOp {
    /** Largest. */
    MAX,
    /** Arithmetic mean. */
    MEAN,
    /** Sum. */
    SUM
  }

  /** Makes the last axis one element. */
  record Reduce(ReduceOp op, Tensor x, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }
  }

  /** The same elements under other sizes. At most one size of the output is the step's. */
  record Reshape(Tensor x, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }
  }

  /** A part of one axis, from {@code start} on, as long as the output is. */
  record Slice(Tensor x, int axis, long start, Tensor output) implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }
  }

  /**
   * Turns the pairs {@code (i, i + D/2)} of every head by the angles of its position (Su et al.,
   * "RoFormer", 2021, in Hugging Face's "half" layout).
   *
   * @param x {@code [N,heads,1,D]}
   * @param cosines {@code [positions, D/2]}, of x's format, as are {@code sines}
   * @param positions {@code [N,1]}
   */
  record Rotary(Tensor x, Tensor cosines, Tensor sines, Tensor positions, Tensor output)
      implements Single {
    @Override
    public List<Tensor> inputs() {
      return List.of(x, cosines, sines, positions);
    }
  }

  /**
   * Writes new keys or values into the cache, in place: cache and output are the same memory.
   *
   * @param cache {@code [B,heads,capacity,D]}, an input of the graph; the output is one of its
   *     outputs
   * @param update packed {@code [T,heads,D]} with {@code lengths}, or {@code [B,heads,1,D]} without
   * @param write {@code [B]}: the position of each row's first new entry
   * @param lengths {@code [B+1]}: where each row's tokens begin; null for one token a row
   */
  record CacheUpdate(
      Tensor cache, Tensor update, Tensor write, @Nullable Tensor lengths, Tensor output)
      implements Single {
    @Override
    public List<Tensor> inputs() {
      return present(cache, update, write, lengths);
    }
  }

  /**
   * Softmax attention over the cache, without any scaling. Query {@code i} of a row sees the keys
   * {@code [0, kvLength - queryLength + i]}: the mask is aligned to the lower right. Groups of
   * query heads share a key head (Ainslie et al., "GQA", 2023).
   *
   * @param queries packed {@code [T,heads,D]} with {@code queryLengths}, or {@code [B,heads,1,D]}
   * @param keys {@code [B,kvHeads,capacity,D]}, as {@code values}
   * @param queryLengths {@code [B+1]}: where each row's tokens begin; null for one token a row
   * @param kvLengths {@code [B]}: entries of each row that count, the new ones included
   */
  record Attention(
      Tensor queries,
      Tensor keys,
      Tensor values,
      @Nullable Tensor queryLengths,
      Tensor kvLengths,
      Tensor output)
      implements Single {
    @Override
    public List<Tensor> inputs() {
      return present(queries, keys, values, kvLengths, queryLengths);
    }
  }

  /**
   * The {@code k} largest of each row, falling: values as x, indices INT32. Which of several equal
   * elements are taken, and in which order, is not said.
   */
  record TopK(Tensor x, int k, Tensor values, Tensor indices) implements Node {
    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }

    @Override
    public List<Tensor> outputs() {
      return List.of(values, indices);
    }
  }

  private static List<Tensor> present(@Nullable Tensor... tensors) {
    return Stream.of(tensors).flatMap(Stream::ofNullable).toList();
  }
}
