package kz.qaqpa.cli.bench.profile;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A process that computes in one method and allocates in another, until its input ends. */
final class Burner {
  private static volatile Object kept = "";
  private static volatile double sum;

  private Burner() {}

  public static void main(String[] args) throws Exception {
    Thread.ofPlatform().daemon().name("burner-1").start(Burner::work);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    while (in.readLine() != null) {}
  }

  @SuppressWarnings("InfiniteLoopStatement")
  private static void work() {
    while (true) {
      burn();
      allocate();
    }
  }

  private static void burn() {
    double next = 0;
    for (int i = 1; i < 2_000_000; i++) {
      next += Math.sqrt(i + next);
    }
    sum = next;
  }

  private static void allocate() {
    for (int i = 0; i < 50; i++) {
      kept = new long[1000];
    }
  }
}
