package kz.qaqpa.engine.trt.memory;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import kz.qaqpa.engine.trt.device.DeviceException;
import kz.qaqpa.engine.trt.device.Event;
import kz.qaqpa.engine.trt.device.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values between slots, and between slots and host blocks.
 *
 * <p>Slots are copied on the stream that computes. Host blocks travel on a stream of their own,
 * through pinned buffers used in turn, and run beside steps. Writing returns when the last byte is
 * in a pinned buffer. Reading returns when the copies to pinned buffers are queued; {@link #drain}
 * brings them to their blocks, and so does everything that needs a buffer or a block before.
 *
 * <pre>
 * Stream       What travels is in order by itself: a slot that is read and then written, a block
 *              that is filled twice.
 * Step, copy   Wait for what is being written to a slot they use, and for reads of positions that
 *              they write over. A step writes behind a slot's content, so reads of content that
 *              stays do not hold it up.
 * Travel       Waits for copies between slots. Steps have run when their caller goes on.
 * Buffer       Is filled once its last copy has run, and emptied before it is used again.
 * Block        That is still to be filled is filled before it is written to a slot.
 * </pre>
 *
 * <p>A block holds tensors in the order of {@link KvLayout}, of each its heads, of each head its
 * positions. Confined to the engine's thread.
 */
public final class KvTransfers {
  /** As many blocks are moved before a step where nobody sets another number. */
  private static final int BUFFERS = 16;

  private static final long BUFFER_BYTES = 8L << 20;

  private final KvLayout layout;
  private final long base;
  private final Stream compute;
  private final Stream transfer;
  private final MemorySegment[] buffers;
  private final Event[] done;

  /** By buffer: the part of a block that it is to be emptied into. */
  private final @Nullable MemorySegment[] promised;

  private final Event copied;
  private final Event written;
  private final Event read;
  private final boolean[] writing;

  /** By slot: end of the positions that are being read. */
  private final int[] reading;

  private boolean copying;
  private int next;

  public KvTransfers(Resources resources, KvLayout layout, long base, Stream compute) {
    this(
        resources,
        layout,
        base,
        compute,
        BUFFERS,
        Math.min(BUFFER_BYTES, layout.capacity() * layout.bytesPerToken()));
  }

  /** The same with other buffers; each has room for one head at least. */
  KvTransfers(
      Resources resources,
      KvLayout layout,
      long base,
      Stream compute,
      int count,
      long bufferBytes) {
    this.layout = layout;
    this.base = base;
    this.compute = compute;
    this.transfer = resources.own(resources.device().stream());
    this.buffers = new MemorySegment[count];
    this.done = new Event[count];
    this.promised = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      buffers[i] = resources.allocatePinned(Math.max(bufferBytes, layout.headBytes()));
      done[i] = resources.own(resources.device().event());
    }
    this.copied = resources.own(resources.device().event());
    this.written = resources.own(resources.device().event());
    this.read = resources.own(resources.device().event());
    this.writing = new boolean[layout.slots()];
    this.reading = new int[layout.slots()];
    // Closed first: nothing is under way when buffers are freed. Blocks are not touched any more.
    resources.own((AutoCloseable) transfer::synchronize);
  }

  /** Copies the first positions of a slot over those of another, in one copy. */
  public void copy(int from, int to, int tokens) {
    if (from == to || tokens == 0) {
      return;
    }
    awaitWrites(from);
    await(to, 0);
    compute.copy(
        layout.place(base, 0, to, 0, 0),
        layout.place(base, 0, from, 0, 0),
        tokens * layout.tokenBytes(),
        layout.kvHeads(),
        layout.tensors());
    compute.record(copied);
    copying = true;
  }

  /**
   * Makes the stream that computes wait for what is on its way to or from a slot.
   *
   * @param from first position that will be written; all may be read
   */
  public void await(int slot, int from) {
    awaitWrites(slot);
    if (reading[slot] > from) {
      compute.await(read); // In their order: when the last has run, all have.
      Arrays.fill(reading, 0);
    }
  }

  private void awaitWrites(int slot) {
    if (writing[slot]) {
      compute.await(written); // In their order, too.
      Arrays.fill(writing, false);
    }
  }

  /** Says that everything queued on the stream that computes has run. */
  public void computed() {
    copying = false;
  }

  private void awaitCopies() {
    if (copying) {
      transfer.await(copied);
    }
  }

  /** Writes a block to positions of a slot. */
  public void write(int slot, int fromToken, int tokens, ByteBuffer block) {
    MemorySegment host = host(block, tokens);
    if (isPromised(host)) {
      drain();
    }
    awaitCopies();
    Chunks chunks = new Chunks(tokens);
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      int buffer = take();
      done[buffer].synchronize();
      MemorySegment.copy(host, chunks.at(chunk), buffers[buffer], 0, chunks.bytes(chunk));
      chunks.copy(chunk, buffer, slot, fromToken, true);
      transfer.record(done[buffer]);
    }
    if (chunks.count() > 0) {
      transfer.record(written);
      writing[slot] = true;
    }
    block.position(block.position() + (int) (tokens * layout.bytesPerToken()));
  }

  /** Promises to fill a block from positions of a slot, as they are now. */
  public void read(int slot, int fromToken, int tokens, ByteBuffer block) {
    MemorySegment host = host(block, tokens);
    if (host.isReadOnly()) {
      throw new IllegalArgumentException("block: read-only (expected: one that can be filled)");
    }
    awaitCopies();
    Chunks chunks = new Chunks(tokens);
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      int buffer = take();
      chunks.copy(chunk, buffer, slot, fromToken, false);
      transfer.record(done[buffer]);
      promised[buffer] = host.asSlice(chunks.at(chunk), chunks.bytes(chunk));
    }
    if (chunks.count() > 0) {
      transfer.record(read);
      reading[slot] = Math.max(reading[slot], fromToken + tokens);
    }
    block.position(block.position() + (int) (tokens * layout.bytesPerToken()));
  }

  /**
   * Fills all blocks that {@link #read} has promised to fill.
   *
   * @throws DeviceException a lasting one: what a block was to hold is lost, and its owner counts
   *     on it
   */
  public void drain() {
    for (int i = 0; i < buffers.length; i++) {
      drain((next + i) % buffers.length); // The oldest first: the same bytes may be filled twice.
    }
    Arrays.fill(reading, 0);
  }

  private void drain(int buffer) {
    MemorySegment target = promised[buffer];
    if (target == null) {
      return;
    }
    try {
      done[buffer].synchronize();
    } catch (DeviceException e) {
      throw e.asLasting("readKv");
    }
    promised[buffer] = null;
    MemorySegment.copy(buffers[buffer], 0, target, 0, target.byteSize());
  }

  private boolean isPromised(MemorySegment host) {
    for (MemorySegment target : promised) {
      if (target != null && target.asOverlappingSlice(host).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Waits for everything that is under way, and fills what is promised. After a call that was
   * refused: what was queued before it has no event that anybody could wait for.
   *
   * @throws DeviceException a lasting one
   */
  public void settle() {
    try {
      compute.synchronize();
      transfer.synchronize();
    } catch (DeviceException e) {
      throw e.asLasting("settling");
    }
    drain();
    computed();
    Arrays.fill(writing, false);
  }

  /** The buffer that was used longest ago. */
  private int take() {
    int buffer = next;
    next = (next + 1) % buffers.length;
    drain(buffer);
    return buffer;
  }

  private MemorySegment host(ByteBuffer block, int tokens) {
    long expected = tokens * layout.bytesPerToken();
    if (block.remaining() < expected) {
      throw new IllegalArgumentException(
          "block: " + block.remaining() + " bytes remaining (expected: >= " + expected + ")");
    }
    return MemorySegment.ofBuffer(block);
  }

  /**
   * A block cut into parts that fit a buffer: whole tensors where several fit, else heads of one.
   */
  private final class Chunks {
    private final long rowBytes;
    private final int rows;
    private final int step;

    Chunks(int tokens) {
      rowBytes = tokens * layout.tokenBytes();
      rows = tokens == 0 ? 0 : layout.tensors() * layout.kvHeads();
      int fit = tokens == 0 ? 1 : (int) Math.min(rows, buffers[0].byteSize() / rowBytes);
      int heads = layout.kvHeads();
      step = fit >= heads ? fit / heads * heads : divisor(heads, fit);
    }

    /** The largest divisor that fits, so that no part crosses from a tensor to the next. */
    private static int divisor(int heads, int fit) {
      int best = fit;
      while (heads % best != 0) {
        best--;
      }
      return best;
    }

    int count() {
      return Math.ceilDiv(rows, step);
    }

    long at(int chunk) {
      return (long) chunk * step * rowBytes;
    }

    private int rowsOf(int chunk) {
      return Math.min(step, rows - chunk * step);
    }

    long bytes(int chunk) {
      return rowsOf(chunk) * rowBytes;
    }

    void copy(int chunk, int buffer, int slot, int fromToken, boolean toDevice) {
      int heads = layout.kvHeads();
      int row = chunk * step;
      int count = rowsOf(chunk);
      int height = Math.min(heads, count);
      Stream.Place device = layout.place(base, row / heads, slot, row % heads, fromToken);
      Stream.Place pinned = new Stream.Place(buffers[buffer].address(), rowBytes, height);
      transfer.copy(
          toDevice ? device : pinned,
          toDevice ? pinned : device,
          rowBytes,
          height,
          Math.ceilDiv(count, height));
    }
  }
}
