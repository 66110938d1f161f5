package kz.qaqpa.engine.trt.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.device.FakeDevice;
import kz.qaqpa.engine.trt.device.FakeProgram;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.testing.EngineDriver;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Steps, copies, readings and writings in any order, some of them refused: slots and host blocks
 * hold what they would if each call were done when it returns.
 */
class KvTrafficTest {
  private static final int SLOTS = 6;
  private static final int LENGTH = 20;
  private static final int BLOCKS = 5;
  private static final String[] REFUSED = {
    "cudaMemcpyAsync",
    "cudaMemcpy3DAsync",
    "cudaGraphLaunch",
    "enqueueV3",
    "cudaEventRecord",
    "cudaStreamWaitEvent"
  };

  @TempDir private static Path folder;

  private int steps;
  private int refused;

  @Test
  void slotsAndBlocksHoldWhatPlainArraysWould() throws IOException {
    Path model = FakeEngines.tiny(folder);
    LlamaConfig config = LlamaConfig.read(model);
    Sizing sizing = FakeEngines.sizing(config, Precision.F32, SLOTS, LENGTH);
    Seeds.forRandom(
        TestSize.tries(20, 1_000),
        random -> {
          FakeDevice device =
              new FakeDevice(
                  FakeEngines.DEVICE_BYTES,
                  new SplittableRandom(random.nextLong()),
                  _ ->
                      new FakeProgram(
                          Programs.decodeRows(sizing.maxBatch()).size(),
                          new StampKernel(config.layers())));
          try (TrtEngine engine = FakeEngines.open(model, device, sizing)) {
            new Traffic(config, device, engine, random).run();
          }
          assertThat(device.open()).isEmpty();
        });
    assertThat(steps).isPositive();
    assertThat(refused).isPositive();
  }

  /** A host block and what it should hold: by head of a tensor, by position. */
  private record Block(ByteBuffer bytes, int[][] rows) {}

  private final class Traffic {
    private final FakeDevice device;
    private final TrtEngine engine;
    private final EngineDriver driver;
    private final RandomGenerator random;
    private final int vocabulary;
    private final int dim;
    private final int[][] seeds; // [head of a tensor][1]
    private final int[][][] slots; // [slot][head of a tensor][position]
    private final Block[] blocks = new Block[BLOCKS];

    Traffic(LlamaConfig config, FakeDevice device, TrtEngine engine, RandomGenerator random) {
      this.device = device;
      this.engine = engine;
      this.random = random;
      this.driver = new EngineDriver(engine);
      this.vocabulary = config.vocabulary();
      this.dim = config.headDim();
      int heads = config.kvHeads();
      this.seeds = new int[2 * config.layers() * heads][1];
      for (int row = 0; row < seeds.length; row++) {
        int layer = row / heads / 2;
        boolean keys = row / heads % 2 == 0;
        String name = keys ? LlamaGraph.keyCache(layer) : LlamaGraph.valueCache(layer);
        seeds[row][0] = StampKernel.seed(name, row % heads);
      }
      this.slots = new int[SLOTS][seeds.length][LENGTH];
      Arrays.setAll(blocks, _ -> none());
    }

    private Block none() {
      return new Block(ByteBuffer.allocate(0), new int[0][0]);
    }

    void run() {
      for (int i = 0; i < 120; i++) {
        if (random.nextInt(8) == 0) {
          device.failAt(REFUSED[random.nextInt(REFUSED.length)], 1 + random.nextInt(4), false);
        }
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> readSome(random.nextInt(SLOTS), random.nextInt(BLOCKS));
          case 3, 4 -> write(random.nextInt(SLOTS), random.nextInt(BLOCKS));
          case 5 -> copy(random.nextInt(SLOTS), random.nextInt(SLOTS));
          case 6 -> step();
          default -> truncate(random.nextInt(SLOTS));
        }
      }
      device.failAt("none", 1, false);
      for (int slot = 0; slot < SLOTS; slot++) {
        read(slot, 0, driver.length[slot], 0);
        write(slot, 0);
      }
    }

    private boolean isDone(Runnable call) {
      try {
        call.run();
        return true;
      } catch (EngineFault.Transient e) {
        refused++;
        return false;
      }
    }

    private void truncate(int slot) {
      driver.truncate(slot, random.nextInt(driver.length[slot] + 1));
    }

    private void readSome(int slot, int i) {
      int from = random.nextInt(driver.length[slot] + 1);
      read(slot, from, random.nextInt(driver.length[slot] - from + 1), i);
    }

    private void read(int slot, int from, int tokens, int i) {
      int end = from + tokens;
      int bytes = (int) (tokens * engine.kvBytesPerToken());
      boolean again = blocks[i].bytes.capacity() == bytes && random.nextBoolean();
      ByteBuffer block = again ? blocks[i].bytes.clear() : ByteBuffer.allocateDirect(bytes);
      boolean done = isDone(() -> engine.readKv(slot, from, tokens, block));
      int[][] rows = new int[seeds.length][];
      Arrays.setAll(rows, row -> Arrays.copyOfRange(slots[slot][row], from, end));
      blocks[i] = done ? new Block(block.order(ByteOrder.nativeOrder()), rows) : none();
    }

    private void write(int slot, int i) {
      Block block = blocks[i];
      if (block.rows.length == 0) {
        return;
      }
      int tokens = block.rows[0].length;
      int from = Math.min(random.nextInt(driver.length[slot] + 1), LENGTH - tokens);
      if (isDone(() -> engine.writeKv(slot, from, tokens, block.bytes.clear()))) {
        check(block); // It is ours again.
        for (int row = 0; row < seeds.length; row++) {
          System.arraycopy(block.rows[row], 0, slots[slot][row], from, tokens);
        }
        driver.length[slot] = from + tokens;
      } else {
        driver.length[slot] = 0;
      }
    }

    private void copy(int from, int to) {
      int tokens = random.nextInt(driver.length[from] + 1);
      boolean done = isDone(() -> engine.copyKv(from, to, tokens));
      for (int row = 0; row < seeds.length && done; row++) {
        System.arraycopy(slots[from][row], 0, slots[to][row], 0, tokens);
      }
      driver.length[to] = done ? tokens : 0;
    }

    private void step() {
      driver.step();
      boolean[] takesPart = new boolean[SLOTS];
      int most = random.nextBoolean() ? 1 : 4;
      int rows = 0;
      for (int slot = 0; slot < SLOTS; slot++) {
        int room = Math.min(most, LENGTH - driver.length[slot]);
        if (room > 0 && random.nextInt(3) > 0) {
          LogitsMode mode = random.nextInt(4) == 0 ? LogitsMode.FULL : LogitsMode.NONE;
          int[] tokens = EngineDriver.tokens(random, 1 + random.nextInt(room), vocabulary);
          stamp(slot, driver.length[slot], tokens);
          driver.row(slot, mode, tokens);
          takesPart[slot] = true;
          rows++;
        }
      }
      if (rows > 0 && isDone(driver::run)) {
        steps++;
        Arrays.stream(blocks).forEach(this::check);
      } else {
        for (int slot = 0; slot < SLOTS; slot++) {
          driver.length[slot] = takesPart[slot] ? 0 : driver.length[slot];
        }
      }
    }

    private void stamp(int slot, int from, int[] tokens) {
      for (int row = 0; row < seeds.length; row++) {
        int[] content = slots[slot][row];
        for (int i = 0; i < tokens.length; i++) {
          int before = from + i == 0 ? seeds[row][0] : content[from + i - 1];
          content[from + i] = StampKernel.stamp(before, tokens[i]);
        }
      }
    }

    private void check(Block block) {
      int[] found = new int[block.bytes.capacity() / Integer.BYTES];
      block.bytes.clear().asIntBuffer().get(found);
      int[] expected = new int[found.length];
      int at = 0;
      for (int[] row : block.rows) {
        for (int value : row) {
          for (int i = 0; i < dim; i++) {
            expected[at++] = value + i;
          }
        }
      }
      assertThat(found).isEqualTo(expected);
    }
  }
}
