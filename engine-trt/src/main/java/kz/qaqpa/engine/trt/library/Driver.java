package kz.qaqpa.engine.trt.library;

import java.nio.file.Path;
import java.util.List;

/** NVIDIA's driver of this machine, started. */
public interface Driver {

  /** Finds out about the driver whose library is given. */
  interface Probe {
    /**
     * Starts the driver.
     *
     * @param libcuda its library
     * @throws LibraryException if it does not start; the message names the call and its error
     */
    Driver start(Path libcuda);
  }

  /** Newest CUDA that it can run, as CUDA counts: 13030 is 13.3. */
  int cudaVersion();

  /** Its GPUs, in its order. */
  List<Gpu> gpus();
}
