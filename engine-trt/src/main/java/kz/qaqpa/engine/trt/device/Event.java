package kz.qaqpa.engine.trt.device;

/** A mark in a stream. */
public interface Event extends AutoCloseable {

  /** Blocks until the last mark is reached; returns at once if there is none. */
  void synchronize();

  @Override
  void close();
}
