package kz.qaqpa.engine.trt.run;

/** What a captured step takes by itself, without the CPU between one and the next. */
public final class KernelTime {
  private KernelTime() {}

  /** Milliseconds of one step of so many rows, with the inputs of the last one. */
  public static double millis(TrtEngine engine, int rows, int times) {
    engine.replay(rows, 2);
    long start = System.nanoTime();
    engine.replay(rows, times);
    return (System.nanoTime() - start) / 1e6 / times;
  }
}
