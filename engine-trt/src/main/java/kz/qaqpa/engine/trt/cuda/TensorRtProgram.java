package kz.qaqpa.engine.trt.cuda;

import kz.qaqpa.engine.trt.device.Context;
import kz.qaqpa.engine.trt.device.Program;
import kz.qaqpa.engine.trt.network.CppObject;
import kz.qaqpa.engine.trt.network.TensorRtLog;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.tensorrt.global.nvinfer.ExecutionContextAllocationStrategy;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/** What TensorRT calls an engine. */
final class TensorRtProgram implements Program {
  private final ICudaEngine engine;
  private final TensorRtLog log;
  private final String name;

  /**
   * @param engine deleted by {@link #close()}
   * @param name for messages
   */
  TensorRtProgram(ICudaEngine engine, TensorRtLog log, String name) {
    this.engine = engine;
    this.log = log;
    this.name = name;
  }

  @Override
  public int profiles() {
    return engine.getNbOptimizationProfiles();
  }

  @Override
  public long scratchBytes(int profile) {
    return engine.getDeviceMemorySizeForProfileV2(profile);
  }

  /**
   * A context whose scratch memory is ours: one block serves all.
   *
   * @throws kz.qaqpa.engine.trt.device.DeviceException if TensorRT refuses
   */
  @Override
  public Context context(int profile) {
    log.takeErrors();
    IExecutionContext context =
        engine.createExecutionContext(ExecutionContextAllocationStrategy.kUSER_MANAGED);
    if (context == null || context.isNull()) {
      throw CudaDevice.failed("createExecutionContext of " + name, log);
    }
    try (CudaStream stream = new CudaStream()) {
      CUstream_st handle = stream.handle();
      if (!context.setOptimizationProfileAsync(profile, handle)) {
        throw CudaDevice.failed("setOptimizationProfileAsync of " + name, log);
      }
      stream.synchronize();
    } catch (RuntimeException | Error e) {
      CppObject.delete(context);
      throw e;
    }
    return new TensorRtContext(context, log, name);
  }

  @Override
  public void close() {
    CppObject.delete(engine);
  }
}
