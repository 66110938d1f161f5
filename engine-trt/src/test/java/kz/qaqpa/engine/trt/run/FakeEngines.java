package kz.qaqpa.engine.trt.run;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.device.FakeDevice;
import kz.qaqpa.engine.trt.device.FakeProgram;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.testing.RandomCheckpoint;

/** Engines on fake devices, whose kernels are the interpreter. */
final class FakeEngines {
  static final long DEVICE_BYTES = 8L << 30;

  private FakeEngines() {}

  /** A small model with grouped heads. */
  static Path tiny(Path folder) throws IOException {
    return RandomCheckpoint.tiny().heads(4, 2, 16).write(folder, 7);
  }

  static FakeDevice device(LlamaConfig config, Sizing sizing, long seed) {
    return new FakeDevice(
        DEVICE_BYTES,
        new SplittableRandom(seed),
        plan -> {
          boolean decode = text(plan).equals("decode");
          LlamaGraph.Form form = decode ? LlamaGraph.Form.DECODE : LlamaGraph.Form.RAGGED;
          int profiles = decode ? Programs.decodeRows(sizing.maxBatch()).size() : 1;
          return new FakeProgram(
              profiles,
              new InterpretedKernel(
                  LlamaGraph.build(config, sizing.precision(), form, sizing.capacity())));
        });
  }

  private static String text(MemorySegment plan) {
    return new String(plan.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
  }

  /** What the fake's programs are made of. */
  static MemorySegment plan(Arena arena) {
    return new PlanBody(ascii(arena, "decode"), ascii(arena, "mixed")).join(arena);
  }

  private static MemorySegment ascii(Arena arena, String text) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.US_ASCII));
  }

  static Sizing sizing(LlamaConfig config, Precision precision, int slots, int length) {
    return Sizing.given(config, precision, slots, length);
  }

  static TrtEngine open(Path model, FakeDevice device, Sizing sizing) {
    try (Checkpoint checkpoint = Checkpoint.open(model);
        Arena arena = Arena.ofConfined()) {
      return EngineOpener.open(device, checkpoint, sizing, plan(arena), _ -> {});
    }
  }
}
