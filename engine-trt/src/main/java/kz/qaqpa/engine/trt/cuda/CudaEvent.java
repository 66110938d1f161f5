package kz.qaqpa.engine.trt.cuda;

import kz.qaqpa.engine.trt.device.Event;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;

/** An event without timing. */
final class CudaEvent implements Event {
  private final CUevent_st event = new CUevent_st();

  CudaEvent() {
    Cuda.check(
        "cudaEventCreate", cudart.cudaEventCreateWithFlags(event, cudart.cudaEventDisableTiming));
  }

  CUevent_st handle() {
    return event;
  }

  @Override
  public void synchronize() {
    Cuda.check("cudaEventSynchronize", cudart.cudaEventSynchronize(event));
  }

  @Override
  public void close() {
    Cuda.check("cudaEventDestroy", cudart.cudaEventDestroy(event));
  }
}
