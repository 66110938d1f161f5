package kz.qaqpa.engine.trt.memory;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import kz.qaqpa.engine.trt.device.Event;
import kz.qaqpa.engine.trt.device.Stream;

/**
 * Keys and values between slots, and between slots and host blocks.
 *
 * <p>Slots are copied on the stream that computes. Host blocks travel on a stream of their own,
 * through pinned buffers used in turn: while one is copied to or from the device, the next is
 * filled or emptied. Writing returns when the last byte is in a pinned buffer: what is under way
 * then runs beside the next step, unless that step needs the slot. Reading has to wait.
 *
 * <p>A block holds tensors in the order of {@link KvLayout}, of each its heads, of each head its
 * positions. Confined to the engine's thread.
 */
public final class KvTransfers {
  private static final int BUFFERS = 4;
  private static final long BUFFER_BYTES = 8L << 20;

  private final KvLayout layout;
  private final long base;
  private final Stream compute;
  private final Stream transfer;
  private final MemorySegment[] buffers = new MemorySegment[BUFFERS];
  private final Event[] done = new Event[BUFFERS];
  private final Event copied;
  private final Event written;
  private final boolean[] writing;
  private boolean copying;
  private int next;

  public KvTransfers(Resources resources, KvLayout layout, long base, Stream compute) {
    this.layout = layout;
    this.base = base;
    this.compute = compute;
    this.transfer = resources.own(resources.device().stream());
    long bytes = Math.max(BUFFER_BYTES, layout.headBytes());
    for (int i = 0; i < BUFFERS; i++) {
      buffers[i] = resources.allocatePinned(bytes);
      done[i] = resources.own(resources.device().event());
    }
    this.copied = resources.own(resources.device().event());
    this.written = resources.own(resources.device().event());
    this.writing = new boolean[layout.slots()];
  }

  /** Copies the first positions of a slot over those of another, in one copy. */
  public void copy(int from, int to, int tokens) {
    if (from == to || tokens == 0) {
      return;
    }
    awaitWrites(from, 1);
    awaitWrites(to, 1);
    compute.copy(
        layout.place(base, 0, to, 0, 0),
        layout.place(base, 0, from, 0, 0),
        tokens * layout.tokenBytes(),
        layout.kvHeads(),
        layout.tensors());
    compute.record(copied);
    copying = true;
  }

  /** Makes the stream that computes wait for what is being written to a range of slots. */
  public void awaitWrites(int first, int count) {
    for (int slot = first; slot < first + count; slot++) {
      if (writing[slot]) {
        // In their order: when the last is there, all are.
        compute.await(written);
        Arrays.fill(writing, false);
        return;
      }
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

  /** Fills a block from positions of a slot. */
  public void read(int slot, int fromToken, int tokens, ByteBuffer block) {
    MemorySegment host = host(block, tokens);
    awaitCopies();
    Chunks chunks = new Chunks(tokens);
    int[] bufferOf = new int[BUFFERS];
    for (int chunk = 0; chunk < chunks.count() + BUFFERS - 1; chunk++) {
      int ready = chunk - (BUFFERS - 1);
      if (chunk < chunks.count()) {
        int buffer = take();
        bufferOf[chunk % BUFFERS] = buffer;
        chunks.copy(chunk, buffer, slot, fromToken, false);
        transfer.record(done[buffer]);
      }
      if (ready >= 0) {
        int buffer = bufferOf[ready % BUFFERS];
        done[buffer].synchronize();
        MemorySegment.copy(buffers[buffer], 0, host, chunks.at(ready), chunks.bytes(ready));
      }
    }
    block.position(block.position() + (int) (tokens * layout.bytesPerToken()));
  }

  private int take() {
    int buffer = next;
    next = (next + 1) % BUFFERS;
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
