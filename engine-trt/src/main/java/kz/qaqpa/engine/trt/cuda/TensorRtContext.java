package kz.qaqpa.engine.trt.cuda;

import java.util.HashMap;
import java.util.Map;
import kz.qaqpa.engine.trt.device.Context;
import kz.qaqpa.engine.trt.device.Stream;
import kz.qaqpa.engine.trt.network.CppObject;
import kz.qaqpa.engine.trt.network.TensorRtLog;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/**
 * What TensorRT calls an execution context. Names are kept in C's form and sizes in one structure,
 * so that a step leaves nothing to the garbage collector but addresses.
 */
final class TensorRtContext implements Context {
  private final IExecutionContext context;
  private final TensorRtLog log;
  private final String name;
  private final Map<String, BytePointer> names = new HashMap<>();
  private final Dims64 dims = new Dims64();

  /**
   * @param context deleted by {@link #close()}
   * @param name of its program, for messages
   */
  TensorRtContext(IExecutionContext context, TensorRtLog log, String name) {
    this.context = context;
    this.log = log;
    this.name = name;
  }

  @Override
  public void scratch(long address, long bytes) {
    context.setDeviceMemoryV2(Cuda.at(address), bytes);
  }

  @Override
  public void bind(String tensor, long address) {
    if (!context.setTensorAddress(inC(tensor), Cuda.at(address))) {
      throw CudaDevice.failed("setTensorAddress of " + name + ", " + tensor, log);
    }
  }

  @Override
  public void shape(String input, long... sizes) {
    dims.nbDims(sizes.length);
    for (int axis = 0; axis < sizes.length; axis++) {
      dims.d(axis, sizes[axis]);
    }
    if (!context.setInputShape(inC(input), dims)) {
      throw CudaDevice.failed("setInputShape of " + name + ", " + input, log);
    }
  }

  private BytePointer inC(String tensor) {
    return names.computeIfAbsent(tensor, text -> new BytePointer(text));
  }

  @Override
  public void enqueue(Stream stream) {
    if (!context.enqueueV3(((CudaStream) stream).handle())) {
      throw CudaDevice.failed("enqueueV3 of " + name, log);
    }
  }

  @Override
  public void close() {
    CppObject.delete(context);
    names.values().forEach(BytePointer::close);
    dims.close();
  }
}
