package kz.qaqpa.engine.trt.cuda;

import java.lang.foreign.MemorySegment;
import kz.qaqpa.engine.trt.device.Device;
import kz.qaqpa.engine.trt.device.DeviceException;
import kz.qaqpa.engine.trt.device.Event;
import kz.qaqpa.engine.trt.device.Program;
import kz.qaqpa.engine.trt.device.Stream;
import kz.qaqpa.engine.trt.network.CppObject;
import kz.qaqpa.engine.trt.network.TensorRtLog;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/** The first GPU, as CUDA counts. */
public final class CudaDevice implements Device {
  private static final int DEFAULT = 0;

  private final TensorRtLog log;
  private final IRuntime runtime;

  private CudaDevice(TensorRtLog log, IRuntime runtime) {
    this.log = log;
    this.runtime = runtime;
  }

  /**
   * Opens it.
   *
   * @throws DeviceException if CUDA or TensorRT refuse
   */
  public static CudaDevice open() {
    // Before TensorRT is asked: without a GPU it hands out an object that is none.
    Cuda.check("cudaSetDevice", cudart.cudaSetDevice(0));
    Cuda.check("cudaFree", cudart.cudaFree(Cuda.at(0))); // Makes the context.
    TensorRtLog log = new TensorRtLog();
    IRuntime runtime = nvinfer.createInferRuntime(log);
    if (runtime == null || runtime.isNull()) {
      throw new DeviceException("createInferRuntime", log.takeErrors(), false, null);
    }
    return new CudaDevice(log, runtime);
  }

  /**
   * Destroys the process's context on the device, with everything in it, after a lasting error.
   *
   * @throws DeviceException if even that fails
   */
  public static void reset() {
    Cuda.check("cudaDeviceReset", cudart.cudaDeviceReset());
  }

  @Override
  public Memory memory() {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      Cuda.check("cudaMemGetInfo", cudart.cudaMemGetInfo(free, total));
      return new Memory(free.get(), total.get());
    }
  }

  @Override
  public long allocate(long bytes) {
    Pointer memory = new Pointer();
    Cuda.check("cudaMalloc of " + bytes + " bytes", cudart.cudaMalloc(memory, bytes));
    Cuda.check("cudaMemset", cudart.cudaMemset(memory, 0, bytes));
    // Our streams do not wait for the default one, which has just been given this.
    Cuda.check("cudaDeviceSynchronize", cudart.cudaDeviceSynchronize());
    return memory.address();
  }

  @Override
  public void free(long address) {
    Cuda.check("cudaFree", cudart.cudaFree(Cuda.at(address)));
  }

  @Override
  @SuppressWarnings("restricted") // memory of this size, as CUDA has just said
  public MemorySegment allocatePinned(long bytes) {
    Pointer memory = new Pointer();
    Cuda.check(
        "cudaHostAlloc of " + bytes + " bytes", cudart.cudaHostAlloc(memory, bytes, DEFAULT));
    MemorySegment segment = MemorySegment.ofAddress(memory.address()).reinterpret(bytes);
    segment.fill((byte) 0);
    return segment;
  }

  @Override
  public void freePinned(MemorySegment memory) {
    Cuda.check("cudaFreeHost", cudart.cudaFreeHost(Cuda.at(memory.address())));
  }

  @Override
  public Stream stream() {
    return new CudaStream();
  }

  @Override
  public Event event() {
    return new CudaEvent();
  }

  @Override
  public Program load(MemorySegment plan, String name) {
    log.takeErrors();
    ICudaEngine engine = runtime.deserializeCudaEngine(Cuda.at(plan.address()), plan.byteSize());
    if (engine == null || engine.isNull()) {
      throw failed("deserializeCudaEngine of " + name, log);
    }
    return new TensorRtProgram(engine, log, name);
  }

  /** A call of TensorRT's that says no more than that it failed: the log and CUDA say the rest. */
  static DeviceException failed(String call, TensorRtLog log) {
    int error = cudart.cudaGetLastError();
    String cuda = error == 0 ? "" : Cuda.name(error) + "; ";
    return new DeviceException(call, cuda + log.takeErrors(), CudaError.lasting(error), null);
  }

  @Override
  public void close() {
    CppObject.delete(runtime);
  }
}
