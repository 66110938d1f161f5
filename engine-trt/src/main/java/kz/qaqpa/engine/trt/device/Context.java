package kz.qaqpa.engine.trt.device;

/** What a program needs to run once: sizes, addresses, scratch memory. */
public interface Context extends AutoCloseable {

  /** Gives it scratch memory; several contexts may share it if they never run beside each other. */
  void scratch(long address, long bytes);

  /** Says where an input or output is. */
  void bind(String tensor, long address);

  /** Says how large an input is. */
  void shape(String input, long... sizes);

  /** Queues a run. Its first run after a change of sizes must not be captured. */
  void enqueue(Stream stream);

  @Override
  void close();
}
