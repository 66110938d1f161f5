package kz.qaqpa.load.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.load.chat.Bodies;

/**
 * Asks a gateway that has just started until its compilers have seen the ways of a request: what a
 * JVM does in its first seconds says nothing of the hours after.
 *
 * @param run whose gateway
 */
record WarmUp(LoadRun run) {
  private static final int CLIENTS = 4;
  private static final int TOKENS = 32;

  static WarmUp of(LoadRun run) {
    return new WarmUp(run);
  }

  /** Asks for so long. Blocks. */
  void during(Duration length) {
    long end = System.nanoTime() + length.toNanos();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(Thread.ofVirtual().name("warm-up-" + i).start(() -> askUntil(end)));
    }
    try {
      for (Thread client : clients) {
        client.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void askUntil(long end) {
    String body = new Bodies(run.model()).stream("Қазақстанның астанасы қай қала?", TOKENS);
    while (System.nanoTime() < end) {
      run.api().post("/v1/chat/completions", run.chat().key(), body);
    }
  }
}
