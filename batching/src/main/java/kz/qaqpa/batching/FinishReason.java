package kz.qaqpa.batching;

/** Why a sequence ended by itself; failures are {@link GenerationFailure}s. */
public enum FinishReason {
  /** The model produced one of the stop tokens. */
  STOP,
  /** The allowed number of tokens was reached. */
  LENGTH
}
