package kz.qaqpa.engine.trt.plan;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that is no plan, or not the one that is wanted; the message names file and field. */
public final class PlanException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PlanException(Path file, String problem, @Nullable Throwable cause) {
    super("plan " + file + ": " + problem, cause);
  }
}
