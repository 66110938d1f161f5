package kz.qaqpa.engine.trt.device;

/** A network as kernels, for one or more profiles of sizes. */
public interface Program extends AutoCloseable {

  /** Number of profiles. */
  int profiles();

  /** Scratch memory that a context of a profile needs while it runs. */
  long scratchBytes(int profile);

  /** A new context of a profile; it has no scratch memory yet. */
  Context context(int profile);

  /** Ends; its contexts are closed before. */
  @Override
  void close();
}
