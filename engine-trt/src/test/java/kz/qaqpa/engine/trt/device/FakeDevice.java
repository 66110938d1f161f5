package kz.qaqpa.engine.trt.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A device in plain memory that is as unhelpful as CUDA allows: what is queued runs only when
 * somebody waits for it, streams overtake each other unless an event says otherwise, every address
 * is checked against what is allocated, and everything that was made must be closed once.
 */
public final class FakeDevice implements Device {
  private final Function<MemorySegment, FakeProgram> programs;
  private final RandomGenerator random;
  private final long totalBytes;
  private final TreeMap<Long, Block> blocks = new TreeMap<>();
  private final List<FakeStream> streams = new ArrayList<>();
  private final Map<String, Integer> calls = new HashMap<>();
  private final List<String> open = new ArrayList<>();
  private long used;
  private @Nullable String failing;
  private int failAt;
  private boolean lasting;
  private boolean closed;

  private record Block(long bytes, boolean pinned, Arena arena) {}

  /** Something that runs when its stream gets to it. */
  interface Work {
    void run();
  }

  /**
   * @param programs makes programs of plans
   * @param random decides which stream gets on
   */
  public FakeDevice(
      long totalBytes, RandomGenerator random, Function<MemorySegment, FakeProgram> programs) {
    this.totalBytes = totalBytes;
    this.random = random;
    this.programs = programs;
  }

  /** Makes the n-th call of a function from now on fail. */
  public void failAt(String call, int n, boolean lastingError) {
    failing = call;
    failAt = n;
    lasting = lastingError;
  }

  /** How often a function was called. */
  public int calls(String call) {
    return calls.getOrDefault(call, 0);
  }

  /** What was made and is not closed. */
  public List<String> open() {
    List<String> all = new ArrayList<>(open);
    blocks.forEach((address, block) -> all.add("memory of " + block.bytes + " bytes"));
    return all;
  }

  void made(String thing) {
    open.add(thing);
  }

  void ended(String thing) {
    if (!open.remove(thing)) {
      throw new AssertionError(thing + " closed twice");
    }
  }

  void called(String call) {
    if (closed) {
      throw new AssertionError(call + " after the device was closed");
    }
    calls.merge(call, 1, Integer::sum);
    if (call.equals(failing) && --failAt == 0) {
      failing = null;
      throw new DeviceException(call, "cudaErrorFake (999)", lasting, null);
    }
  }

  @Override
  public Memory memory() {
    return new Memory(totalBytes - used, totalBytes);
  }

  @Override
  public long allocate(long bytes) {
    called("allocate");
    if (used + bytes > totalBytes) {
      throw new DeviceException("cudaMalloc", "cudaErrorMemoryAllocation (2)", false, null);
    }
    used += bytes;
    return allocate(bytes, false).address();
  }

  @SuppressWarnings("MustBeClosedChecker") // free() closes it, or close() finds it
  private MemorySegment allocate(long bytes, boolean pinned) {
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(bytes, 256);
    blocks.put(memory.address(), new Block(bytes, pinned, arena));
    return memory;
  }

  @Override
  public void free(long address) {
    called("free");
    streams.forEach(FakeStream::finish); // As cudaFree does; cudaFreeHost does not promise to.
    Block block = blocks.get(address);
    free(address, false);
    used -= block == null ? 0 : block.bytes;
  }

  private void free(long address, boolean pinned) {
    Block block = blocks.remove(address);
    if (block == null || block.pinned != pinned) {
      throw new AssertionError("not allocated, or freed twice");
    }
    block.arena.close();
  }

  @Override
  public MemorySegment allocatePinned(long bytes) {
    called("allocatePinned");
    return allocate(bytes, true);
  }

  @Override
  public void freePinned(MemorySegment memory) {
    called("freePinned");
    free(memory.address(), true);
  }

  /** Bytes at an address, which must be inside one allocation. */
  public MemorySegment bytes(long address, long bytes) {
    var entry = blocks.floorEntry(address);
    if (entry == null || address + bytes > entry.getKey() + entry.getValue().bytes) {
      throw new AssertionError("cudaErrorIllegalAddress: " + bytes + " bytes outside memory");
    }
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  @Override
  public Stream stream() {
    called("stream");
    FakeStream stream = new FakeStream(streams.size());
    streams.add(stream);
    made(stream.name);
    return stream;
  }

  @Override
  public Event event() {
    called("event");
    FakeEvent event = new FakeEvent();
    made(event.name());
    return event;
  }

  @Override
  public Program load(MemorySegment plan, String name) {
    called("load");
    FakeProgram program = programs.apply(plan);
    program.on(this);
    made("program");
    return program;
  }

  /** Lets other streams get on, as a GPU would. */
  private void letOthersRun() {
    for (FakeStream stream : streams) {
      while (!stream.queue.isEmpty() && random.nextBoolean() && stream.ready()) {
        stream.step();
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      throw new AssertionError("device closed twice");
    }
    closed = true;
    if (!open().isEmpty()) {
      throw new AssertionError("not closed: " + open());
    }
  }

  /** Counts marks made and marks reached. */
  private final class FakeEvent implements Event {
    private long recorded;
    private long reached;
    private @Nullable FakeStream stream;

    String name() {
      return "event " + System.identityHashCode(this);
    }

    @Override
    public void synchronize() {
      called("cudaEventSynchronize");
      runUntilReached(this, recorded);
    }

    @Override
    public void close() {
      ended(name());
    }
  }

  /** Runs what must run for that, and nothing else. */
  private void runUntilReached(FakeEvent event, long mark) {
    while (event.reached < mark) {
      FakeStream stream = java.util.Objects.requireNonNull(event.stream, "never recorded");
      if (stream.queue.isEmpty()) {
        throw new AssertionError("deadlock");
      }
      if (stream.ready()) {
        stream.step();
      } else {
        FakeStream.Item item = stream.queue.element();
        runUntilReached(java.util.Objects.requireNonNull(item.awaited), item.mark);
      }
    }
  }

  /** What is queued, in order. */
  final class FakeStream implements Stream {
    private final String name;
    private final Deque<Item> queue = new ArrayDeque<>();
    private @Nullable List<Work> capturing;

    private record Item(Work work, @Nullable FakeEvent awaited, long mark) {}

    FakeStream(int number) {
      this.name = "stream " + number;
    }

    void queue(Work work) {
      if (capturing != null) {
        capturing.add(work);
      } else {
        queue.add(new Item(work, null, 0));
        letOthersRun();
      }
    }

    boolean ready() {
      Item item = queue.peek();
      return item != null && (item.awaited == null || item.awaited.reached >= item.mark);
    }

    void step() {
      queue.remove().work.run();
    }

    void finish() {
      while (!queue.isEmpty()) {
        if (ready()) {
          step();
        } else {
          Item item = queue.element();
          runUntilReached(java.util.Objects.requireNonNull(item.awaited), item.mark);
        }
      }
    }

    @Override
    public void copy(long to, long from, long bytes) {
      called("cudaMemcpyAsync");
      queue(() -> bytes(to, bytes).copyFrom(bytes(from, bytes)));
    }

    @Override
    public void copy(Place to, Place from, long width, long height, long depth) {
      called("cudaMemcpy3DAsync");
      if (width > to.rowBytes() || width > from.rowBytes()) {
        throw new AssertionError("cudaErrorInvalidPitchValue");
      }
      queue(() -> {
        for (long z = 0; z < depth; z++) {
          for (long y = 0; y < height; y++) {
            bytes(at(to, y, z), width).copyFrom(bytes(at(from, y, z), width));
          }
        }
      });
    }

    private static long at(Place place, long y, long z) {
      return place.address() + (z * place.planeRows() + y) * place.rowBytes();
    }

    @Override
    public void record(Event event) {
      called("cudaEventRecord");
      FakeEvent fake = (FakeEvent) event;
      long mark = ++fake.recorded;
      fake.stream = this;
      queue(() -> fake.reached = Math.max(fake.reached, mark));
    }

    @Override
    public void await(Event event) {
      called("cudaStreamWaitEvent");
      FakeEvent fake = (FakeEvent) event;
      queue.add(new Item(() -> {}, fake, fake.recorded));
    }

    @Override
    public Captured capture(Runnable queueing) {
      called("capture");
      capturing = new ArrayList<>();
      try {
        queueing.run();
        List<Work> work = List.copyOf(capturing);
        made("captured");
        return new FakeCaptured(work);
      } finally {
        capturing = null;
      }
    }

    @Override
    public void launch(Captured captured) {
      called("cudaGraphLaunch");
      queue(() -> ((FakeCaptured) captured).work.forEach(Work::run));
    }

    @Override
    public void synchronize() {
      called("cudaStreamSynchronize");
      finish();
    }

    @Override
    public void close() {
      finish();
      ended(name);
    }
  }

  private final class FakeCaptured implements Captured {
    private final List<Work> work;

    FakeCaptured(List<Work> work) {
      this.work = work;
    }

    @Override
    public void close() {
      ended("captured");
    }
  }
}
