package kz.qaqpa.engine;

import org.jspecify.annotations.Nullable;

/** A failure inside an engine, sorted by what the caller can do about it. */
public abstract sealed class EngineFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private EngineFault(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** This step's rows are lost; the engine goes on. */
  public static final class Transient extends EngineFault {
    private static final long serialVersionUID = 1L;

    public Transient(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The engine is unusable: stop calling it, close it, turn unhealthy. */
  public static final class Fatal extends EngineFault {
    private static final long serialVersionUID = 1L;

    public Fatal(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
