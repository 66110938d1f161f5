package kz.qaqpa.engine.trt.device;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A program whose kernels are Java. A context's addresses and sizes are those at its queueing. */
public final class FakeProgram implements Program {
  private final int profiles;
  private final Kernel kernel;
  private @Nullable FakeDevice device;

  /** Computes. */
  public interface Kernel {
    /**
     * Runs once.
     *
     * @param addresses by tensor
     * @param shapes by input
     */
    void run(FakeDevice device, Map<String, Long> addresses, Map<String, long[]> shapes);
  }

  public FakeProgram(int profiles, Kernel kernel) {
    this.profiles = profiles;
    this.kernel = kernel;
  }

  void on(FakeDevice owner) {
    device = owner;
  }

  private FakeDevice device() {
    return java.util.Objects.requireNonNull(device);
  }

  @Override
  public int profiles() {
    return profiles;
  }

  @Override
  public long scratchBytes(int profile) {
    return 4096L * (profile + 1);
  }

  @Override
  public Context context(int profile) {
    if (profile >= profiles) {
      throw new AssertionError("no profile " + profile);
    }
    device().called("context");
    device().made("context");
    return new FakeContext(profile);
  }

  @Override
  public void close() {
    device().ended("program");
  }

  private final class FakeContext implements Context {
    private final int profile;
    private final Map<String, Long> addresses = new HashMap<>();
    private final Map<String, long[]> shapes = new HashMap<>();
    private long scratch;

    FakeContext(int profile) {
      this.profile = profile;
    }

    @Override
    public void scratch(long address, long bytes) {
      device().bytes(address, bytes);
      if (bytes < scratchBytes(profile)) {
        throw new AssertionError("scratch: " + bytes);
      }
      scratch = bytes;
    }

    @Override
    public void bind(String tensor, long address) {
      if (address % 256 != 0) {
        throw new AssertionError(tensor + " is not aligned");
      }
      addresses.put(tensor, address);
    }

    @Override
    public void shape(String input, long... sizes) {
      shapes.put(input, sizes.clone());
    }

    @Override
    public void enqueue(Stream stream) {
      device().called("enqueueV3");
      if (scratch == 0) {
        throw new AssertionError("no scratch memory");
      }
      Map<String, Long> boundNow = Map.copyOf(addresses);
      Map<String, long[]> shapedNow = Map.copyOf(shapes);
      ((FakeDevice.FakeStream) stream).queue(() -> kernel.run(device(), boundNow, shapedNow));
    }

    @Override
    public void close() {
      device().ended("context");
    }
  }
}
