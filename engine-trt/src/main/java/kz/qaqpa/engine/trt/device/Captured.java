package kz.qaqpa.engine.trt.device;

/** Work that is launched as a whole, with the addresses and sizes it was captured with. */
public interface Captured extends AutoCloseable {
  @Override
  void close();
}
