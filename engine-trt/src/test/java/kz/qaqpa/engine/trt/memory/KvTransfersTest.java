package kz.qaqpa.engine.trt.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import kz.qaqpa.engine.trt.device.DeviceException;
import kz.qaqpa.engine.trt.device.FakeDevice;
import kz.qaqpa.engine.trt.device.Stream;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What goes between slots and host blocks, on a device whose streams run as late and in as odd an
 * order as they may, through few and small buffers.
 */
class KvTransfersTest {
  private static final KvLayout LAYOUT = new KvLayout(2, 4, 3, 9, 8, 2);
  private static final int SLOTS = LAYOUT.slots();
  private static final int LENGTH = LAYOUT.capacity();
  private static final int BUFFERS = 3;
  private static final int BLOCKS = 4;
  private static final byte POISON = 77;

  private FakeDevice device;
  private Resources resources;
  private Stream compute;
  private KvTransfers transfers;
  private long base;

  @BeforeEach
  void open() {
    open(1, BUFFERS, LAYOUT.headBytes());
  }

  private void open(long seed, int buffers, long bufferBytes) {
    device =
        new FakeDevice(
            1 << 20,
            new SplittableRandom(seed),
            _ -> {
              throw new AssertionError("no programs here");
            });
    resources = new Resources(device);
    base = resources.allocate(LAYOUT.bytes());
    compute = resources.own(device.stream());
    transfers = new KvTransfers(resources, LAYOUT, base, compute, buffers, bufferBytes);
  }

  /** The fake throws if anything is left, closed twice, or used after it was freed. */
  @AfterEach
  void close() {
    resources.close();
    assertThat(device.open()).isEmpty();
  }

  private static ByteBuffer block(int tokens) {
    ByteBuffer block = ByteBuffer.allocateDirect((int) (tokens * LAYOUT.bytesPerToken()));
    poison(block);
    return block;
  }

  private static void poison(ByteBuffer block) {
    MemorySegment.ofBuffer(block.clear()).fill(POISON);
  }

  private static byte[] bytes(ByteBuffer block) {
    byte[] bytes = new byte[block.capacity()];
    block.get(0, bytes);
    return bytes;
  }

  private static byte[] poisoned(int tokens) {
    return bytes(block(tokens));
  }

  /** Other bytes in each position of each head. */
  private byte[] fill(int slot) {
    byte[] content = new byte[(int) (LENGTH * LAYOUT.bytesPerToken())];
    new SplittableRandom(slot).nextBytes(content);
    transfers.write(slot, 0, LENGTH, ByteBuffer.wrap(content));
    return content;
  }

  @Test
  void readingReturnsBeforeItsBlockIsFilled() {
    close();
    open(1, BUFFERS, LENGTH * LAYOUT.bytesPerToken());
    byte[] content = fill(1);
    ByteBuffer block = block(LENGTH);
    int waits = device.calls("cudaEventSynchronize");
    transfers.read(1, 0, LENGTH, block);
    assertThat(device.calls("cudaEventSynchronize")).isEqualTo(waits);
    assertThat(block.hasRemaining()).isFalse();
    assertThat(bytes(block)).isEqualTo(poisoned(LENGTH));
    transfers.drain();
    assertThat(bytes(block)).isEqualTo(content);
  }

  /** A head for each buffer: twelve parts through three buffers. */
  @Test
  void readsBlocksOfMorePartsThanThereAreBuffers() {
    byte[] content = fill(2);
    int copies = device.calls("cudaMemcpy3DAsync");
    ByteBuffer block = block(LENGTH);
    transfers.read(2, 0, LENGTH, block);
    assertThat(device.calls("cudaMemcpy3DAsync") - copies).isEqualTo(12);
    assertThat(bytes(block)).isNotEqualTo(content);
    transfers.drain();
    assertThat(bytes(block)).isEqualTo(content);
  }

  @Test
  void aStepWaitsOnlyForReadsOfWhatItWritesOver() {
    fill(1);
    compute.synchronize();
    transfers.await(1, LENGTH);
    transfers.read(1, 2, 3, block(3));
    int waits = device.calls("cudaStreamWaitEvent");
    transfers.await(1, 5);
    transfers.await(0, 0);
    assertThat(device.calls("cudaStreamWaitEvent")).isEqualTo(waits);
    transfers.await(1, 4);
    transfers.await(1, 0);
    assertThat(device.calls("cudaStreamWaitEvent")).isEqualTo(waits + 1);
    transfers.read(1, 5, 3, block(3));
    transfers.read(1, 2, 3, block(3));
    transfers.await(1, 7);
    assertThat(device.calls("cudaStreamWaitEvent")).isEqualTo(waits + 2);
    transfers.read(1, 2, 3, block(3));
    transfers.drain();
    transfers.await(1, 0);
    assertThat(device.calls("cudaStreamWaitEvent")).isEqualTo(waits + 2);
  }

  @Test
  void nothingIsQueuedForNoTokens() {
    ByteBuffer block = block(2);
    int copies = device.calls("cudaMemcpy3DAsync");
    transfers.read(1, LENGTH, 0, block);
    transfers.write(1, LENGTH, 0, block);
    transfers.drain();
    assertThat(device.calls("cudaMemcpy3DAsync")).isEqualTo(copies);
    assertThat(block.position()).isZero();
    assertThat(bytes(block)).isEqualTo(poisoned(2));
  }

  @Test
  void refusesBlocksThatCannotBeFilled() {
    ByteBuffer small = block(2).position(1);
    assertThatThrownBy(() -> transfers.read(1, 0, 2, small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("block: 383 bytes remaining (expected: >= 384)");
    assertThatThrownBy(() -> transfers.write(1, 0, 2, small))
        .hasMessage("block: 383 bytes remaining (expected: >= 384)");
    assertThatThrownBy(() -> transfers.read(1, 0, 2, block(2).asReadOnlyBuffer()))
        .hasMessage("block: read-only (expected: one that can be filled)");
    transfers.drain();
    assertThat(bytes(small)).isEqualTo(poisoned(2));
  }

  /** Whoever promised a block cannot go on without it, even if the device could. */
  @Test
  void aBlockThatCannotBeFilledIsALastingFailure() {
    for (Runnable draining :
        List.<Runnable>of(
            () -> transfers.drain(),
            () -> transfers.settle(),
            () -> transfers.read(2, 0, LENGTH, block(LENGTH)),
            () -> transfers.write(2, 0, LENGTH, block(LENGTH)))) {
      transfers.read(1, 0, LENGTH, block(LENGTH));
      device.failAt("cudaEventSynchronize", 1, false);
      assertThatThrownBy(draining::run)
          .isInstanceOfSatisfying(
              DeviceException.class,
              e -> {
                assertThat(e.lasting()).isTrue();
                assertThat(e).hasMessage("readKv: cudaEventSynchronize: cudaErrorFake (999)");
              });
      close();
      open();
    }
  }

  /** Nobody knows what is under way then. */
  @Test
  void whatCannotBeSettledIsALastingFailure() {
    device.failAt("cudaStreamSynchronize", 1, false);
    assertThatThrownBy(() -> transfers.settle())
        .isInstanceOfSatisfying(DeviceException.class, e -> assertThat(e.lasting()).isTrue())
        .hasMessage("settling: cudaStreamSynchronize: cudaErrorFake (999)");
  }

  @Test
  void closingTouchesNoBlock() {
    fill(1);
    transfers.copy(1, 3, 5);
    ByteBuffer block = block(1);
    transfers.read(3, 1, 1, block);
    resources.close();
    assertThat(bytes(block)).isEqualTo(poisoned(1));
  }

  /** Slots and blocks hold what they would if every call were done when it returns. */
  @Test
  void whateverOvertakesWhat_bytesAreThoseOfOneCallAfterTheOther() {
    close();
    Seeds.forRandom(
        TestSize.tries(300, 20_000),
        random -> {
          open(
              random.nextLong(),
              1 + random.nextInt(2 * BUFFERS),
              LAYOUT.headBytes() * (1 + random.nextInt(8)));
          new Traffic(random).run();
          resources.close();
        });
    open();
  }

  /** Random calls, and the same in plain arrays. */
  private final class Traffic {
    private final RandomGenerator random;
    private final byte[] cache = new byte[(int) LAYOUT.bytes()];
    private final List<ByteBuffer> blocks = new ArrayList<>();
    private final byte[][] expected = new byte[BLOCKS][];
    private final int[] tokens = new int[BLOCKS];

    Traffic(RandomGenerator random) {
      this.random = random;
      for (int i = 0; i < BLOCKS; i++) {
        int bytes = (int) (LENGTH * LAYOUT.bytesPerToken());
        blocks.add(random.nextBoolean() ? ByteBuffer.allocate(bytes) : block(LENGTH));
        expected[i] = new byte[0];
      }
    }

    void run() {
      for (int i = 0; i < 60; i++) {
        switch (random.nextInt(7)) {
          case 0, 1 -> read(random.nextInt(BLOCKS));
          case 2, 3 -> write(random.nextInt(BLOCKS));
          case 4, 5 -> copy();
          default -> step();
        }
      }
      step();
      transfers.settle();
      byte[] all = device.bytes(base, LAYOUT.bytes()).toArray(ValueLayout.JAVA_BYTE);
      assertThat(all).isEqualTo(cache);
    }

    private void read(int i) {
      int from = random.nextInt(LENGTH);
      tokens[i] = 1 + random.nextInt(LENGTH - from);
      int slot = random.nextInt(SLOTS);
      poison(blocks.get(i));
      transfers.read(slot, from, tokens[i], blocks.get(i).clear());
      expected[i] = new byte[(int) (tokens[i] * LAYOUT.bytesPerToken())];
      move(slot, from, tokens[i], expected[i], false);
    }

    private void write(int i) {
      if (tokens[i] > 0) {
        int slot = random.nextInt(SLOTS);
        int from = random.nextInt(LENGTH - tokens[i] + 1);
        transfers.write(slot, from, tokens[i], blocks.get(i).clear());
        move(slot, from, tokens[i], expected[i], true);
        if (random.nextBoolean()) { // It is the caller's again.
          assertThat(filled(i)).isEqualTo(expected[i]);
          poison(blocks.get(i));
          tokens[i] = 0;
          expected[i] = new byte[0];
        }
      }
    }

    private void copy() {
      int from = random.nextInt(SLOTS);
      int to = random.nextInt(SLOTS);
      int count = random.nextInt(LENGTH + 1);
      transfers.copy(from, to, count);
      byte[] prefix = new byte[(int) (count * LAYOUT.bytesPerToken())];
      move(from, 0, count, prefix, false);
      move(to, 0, count, prefix, true);
    }

    /** Reads all of a range of slots, and writes some positions of each. */
    private void step() {
      int first = random.nextInt(SLOTS);
      int end = first + 1 + random.nextInt(SLOTS - first);
      long bytes = LENGTH * LAYOUT.bytesPerToken();
      MemorySegment given = device.allocatePinned(SLOTS * bytes);
      MemorySegment seen = device.allocatePinned(SLOTS * bytes);
      List<byte[]> content = new ArrayList<>();
      for (int slot = first; slot < end; slot++) {
        int from = random.nextInt(LENGTH);
        int count = 1 + random.nextInt(LENGTH - from);
        transfers.await(slot, from);
        long at = (slot - first) * bytes;
        byte[] before = new byte[(int) bytes];
        move(slot, 0, LENGTH, before, false);
        content.add(before);
        copy(seen.address() + at, slot, 0, LENGTH, false);
        byte[] fresh = new byte[(int) (count * LAYOUT.bytesPerToken())];
        random.nextBytes(fresh);
        MemorySegment.copy(fresh, 0, given, ValueLayout.JAVA_BYTE, at, fresh.length);
        copy(given.address() + at, slot, from, count, true);
        move(slot, from, count, fresh, true);
      }
      transfers.drain();
      compute.synchronize();
      transfers.computed();
      for (int i = 0; i < content.size(); i++) {
        assertThat(seen.asSlice(i * bytes, bytes).toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(content.get(i));
      }
      device.freePinned(given);
      device.freePinned(seen);
      for (int i = 0; i < BLOCKS; i++) {
        assertThat(filled(i)).isEqualTo(expected[i]);
      }
    }

    private void copy(long address, int slot, int from, int count, boolean toSlot) {
      long row = count * LAYOUT.tokenBytes();
      Stream.Place outside = new Stream.Place(address, row, LAYOUT.kvHeads());
      Stream.Place inside = LAYOUT.place(base, 0, slot, 0, from);
      compute.copy(
          toSlot ? inside : outside,
          toSlot ? outside : inside,
          row,
          LAYOUT.kvHeads(),
          LAYOUT.tensors());
    }

    private byte[] filled(int i) {
      byte[] bytes = new byte[(int) (tokens[i] * LAYOUT.bytesPerToken())];
      blocks.get(i).get(0, bytes);
      return bytes;
    }

    /** Between the plain cache and a plain block. */
    private void move(int slot, int from, int count, byte[] block, boolean toSlot) {
      int row = (int) (count * LAYOUT.tokenBytes());
      for (int tensor = 0; tensor < LAYOUT.tensors(); tensor++) {
        for (int head = 0; head < LAYOUT.kvHeads(); head++) {
          int inside = (int) LAYOUT.place(0, tensor, slot, head, from).address();
          int outside = (tensor * LAYOUT.kvHeads() + head) * row;
          if (toSlot) {
            System.arraycopy(block, outside, cache, inside, row);
          } else {
            System.arraycopy(cache, inside, block, outside, row);
          }
        }
      }
    }
  }
}
