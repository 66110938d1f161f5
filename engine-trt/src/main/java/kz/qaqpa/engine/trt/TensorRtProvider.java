package kz.qaqpa.engine.trt;

import java.nio.file.Path;
import java.util.function.Consumer;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;

/**
 * Says why TensorRT cannot be used here. This build contains no TensorRT engine, so the answer is
 * always no; what the machine would need besides stands behind it.
 */
public final class TensorRtProvider implements EngineProvider {
  private final NvidiaProbe probe;

  /** For {@link java.util.ServiceLoader}. */
  public TensorRtProvider() {
    this(new NvidiaProbe(Path.of("/")));
  }

  TensorRtProvider(NvidiaProbe probe) {
    this.probe = probe;
  }

  @Override
  public String name() {
    return "trt";
  }

  /** Above the CPU's: where a GPU can be used, it should be. */
  @Override
  public int preference() {
    return 100;
  }

  @Override
  public Availability availability() {
    return new Availability(
        false,
        "not available: this build of Qaqpa has no TensorRT engine yet; this machine has "
            + probe.found());
  }

  /**
   * Never opens anything.
   *
   * @throws EngineFault.Fatal with the words of {@link #availability()}
   */
  @Override
  public LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress) {
    throw new EngineFault.Fatal("engine trt: " + availability().detail(), null);
  }
}
