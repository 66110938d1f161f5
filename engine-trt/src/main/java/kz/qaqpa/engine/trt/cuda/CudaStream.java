package kz.qaqpa.engine.trt.cuda;

import kz.qaqpa.engine.trt.device.Captured;
import kz.qaqpa.engine.trt.device.Event;
import kz.qaqpa.engine.trt.device.Stream;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudart.cudaExtent;
import org.bytedeco.cuda.cudart.cudaMemcpy3DParms;
import org.bytedeco.cuda.cudart.cudaPitchedPtr;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/** A stream that does not wait for the default one. */
final class CudaStream implements Stream {
  private static final long NO_FLAGS = 0;

  private final CUstream_st stream = new CUstream_st();

  /** Filled anew for each copy: JavaCPP's structures are memory that a garbage collector frees. */
  private final cudaMemcpy3DParms box = new cudaMemcpy3DParms();

  private final cudaPitchedPtr source = new cudaPitchedPtr();
  private final cudaPitchedPtr target = new cudaPitchedPtr();
  private final cudaExtent extent = new cudaExtent();

  CudaStream() {
    Cuda.check(
        "cudaStreamCreate", cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking));
  }

  CUstream_st handle() {
    return stream;
  }

  @Override
  public void copy(long to, long from, long bytes) {
    Cuda.check(
        "cudaMemcpyAsync of " + bytes + " bytes",
        cudart.cudaMemcpyAsync(
            Cuda.at(to), Cuda.at(from), bytes, cudart.cudaMemcpyDefault, stream));
  }

  @Override
  public void copy(Place to, Place from, long width, long height, long depth) {
    Pointer.memset(box, 0, box.sizeof());
    box.srcPtr(pitched(source, from));
    box.dstPtr(pitched(target, to));
    box.extent(extent.width(width).height(height).depth(depth));
    box.kind(cudart.cudaMemcpyDefault);
    Cuda.check("cudaMemcpy3DAsync", cudart.cudaMemcpy3DAsync(box, stream));
  }

  /** In bytes: a row is as wide as it is long, a plane as high as it has rows. */
  private static cudaPitchedPtr pitched(cudaPitchedPtr into, Place place) {
    return into.ptr(Cuda.at(place.address()))
        .pitch(place.rowBytes())
        .xsize(place.rowBytes())
        .ysize(place.planeRows());
  }

  @Override
  public void record(Event event) {
    Cuda.check("cudaEventRecord", cudart.cudaEventRecord(((CudaEvent) event).handle(), stream));
  }

  @Override
  public void await(Event event) {
    Cuda.check(
        "cudaStreamWaitEvent", cudart.cudaStreamWaitEvent(stream, ((CudaEvent) event).handle(), 0));
  }

  @Override
  public Captured capture(Runnable queueing) {
    CUgraph_st graph = new CUgraph_st();
    Cuda.check(
        "cudaStreamBeginCapture",
        cudart.cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal));
    try {
      queueing.run();
    } catch (RuntimeException | Error e) {
      // Or the stream stays in the capture.
      int _ = cudart.cudaStreamEndCapture(stream, graph);
      int _ = cudart.cudaGetLastError();
      throw e;
    }
    Cuda.check("cudaStreamEndCapture", cudart.cudaStreamEndCapture(stream, graph));
    try {
      CUgraphExec_st executable = new CUgraphExec_st();
      Cuda.check(
          "cudaGraphInstantiate",
          cudart.cudaGraphInstantiateWithFlags(executable, graph, NO_FLAGS));
      return new CudaCaptured(executable);
    } finally {
      Cuda.check("cudaGraphDestroy", cudart.cudaGraphDestroy(graph));
    }
  }

  private record CudaCaptured(CUgraphExec_st executable) implements Captured {
    @Override
    public void close() {
      Cuda.check("cudaGraphExecDestroy", cudart.cudaGraphExecDestroy(executable));
    }
  }

  @Override
  public void launch(Captured captured) {
    Cuda.check(
        "cudaGraphLaunch", cudart.cudaGraphLaunch(((CudaCaptured) captured).executable(), stream));
  }

  @Override
  public void synchronize() {
    Cuda.check("cudaStreamSynchronize", cudart.cudaStreamSynchronize(stream));
  }

  @Override
  public void close() {
    box.close();
    source.close();
    target.close();
    extent.close();
    Cuda.check("cudaStreamDestroy", cudart.cudaStreamDestroy(stream));
  }
}
