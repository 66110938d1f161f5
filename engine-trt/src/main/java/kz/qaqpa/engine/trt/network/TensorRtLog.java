package kz.qaqpa.engine.trt.network;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TensorRT's log: to SLF4J under the name {@code tensorrt}, and what went wrong is kept until it is
 * asked for, because TensorRT's calls themselves say nothing but null or false.
 *
 * <p>Must outlive every object that was made with it. TensorRT logs from any thread.
 */
public final class TensorRtLog extends ILogger {
  private static final Logger LOG = LoggerFactory.getLogger("tensorrt");
  private static final int KEPT = 16;

  private final List<String> errors = new ArrayList<>();

  /** Called by TensorRT; throws nothing, there is no Java frame to catch it. */
  @Override
  public void log(Severity severity, String message) {
    try {
      // Values, not identities: an enum that comes from C++ is another object.
      if (severity.value <= Severity.kERROR.value) {
        keep(message);
        LOG.error("{}", message);
      } else if (severity.value == Severity.kWARNING.value) {
        LOG.warn("{}", message);
      } else if (severity.value == Severity.kINFO.value) {
        LOG.debug("{}", message);
      } else {
        LOG.trace("{}", message);
      }
    } catch (RuntimeException e) {
      keep("logging failed: " + e);
    }
  }

  private void keep(String message) {
    synchronized (errors) {
      if (errors.size() < KEPT) {
        errors.add(message);
      }
    }
  }

  /** Errors since the last call, at most 16 of them, in one line; says so if there are none. */
  public String takeErrors() {
    synchronized (errors) {
      String taken = errors.isEmpty() ? "TensorRT logged no error" : String.join("; ", errors);
      errors.clear();
      return taken;
    }
  }
}
