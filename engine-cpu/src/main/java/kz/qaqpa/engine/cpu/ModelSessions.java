package kz.qaqpa.engine.cpu;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import kz.qaqpa.engine.EngineFault;

/**
 * The sessions of a model's parts, in the order in which they run.
 *
 * <p>They are opened side by side: the runtime maps packed weights from their file, but to find the
 * right ones it packs each weight anew and hashes the result, a session's with one thread.
 */
final class ModelSessions implements AutoCloseable {
  private final List<OrtSession> sessions;

  private ModelSessions(List<OrtSession> sessions) {
    this.sessions = sessions;
  }

  /**
   * Opens graphs that are optimised already.
   *
   * @param threads of each session's kernels; one session runs at a time
   * @throws OrtException if the runtime refuses one of them; none stays open then
   * @throws EngineFault.Fatal if the thread is interrupted
   */
  static ModelSessions open(OrtEnvironment environment, List<Path> graphs, int threads)
      throws OrtException {
    int openers = Math.min(graphs.size(), Runtime.getRuntime().availableProcessors());
    List<Future<OrtSession>> opening = new ArrayList<>();
    try (ExecutorService pool =
        Executors.newFixedThreadPool(openers, Thread.ofPlatform().name("open-", 0).factory())) {
      for (Path graph : graphs) {
        Callable<OrtSession> open = () -> open(environment, graph, threads);
        opening.add(pool.submit(open));
      }
    } // All have ended here, or will not begin.
    return collected(opening);
  }

  private static ModelSessions collected(List<Future<OrtSession>> opened) throws OrtException {
    List<OrtSession> sessions = new ArrayList<>();
    Throwable refusal = null;
    for (Future<OrtSession> one : opened) {
      switch (one.state()) {
        case SUCCESS -> sessions.add(one.resultNow());
        case FAILED -> refusal = one.exceptionNow();
        case RUNNING, CANCELLED ->
            refusal = new EngineFault.Fatal("interrupted while opening the model", null);
      }
    }
    ModelSessions all = new ModelSessions(List.copyOf(sessions));
    if (refusal == null) {
      return all;
    }
    all.close();
    switch (refusal) {
      case OrtException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(refusal);
    }
  }

  /**
   * The graph is optimised already: the runtime need only map it. Its threads sleep while they have
   * nothing to do, since the gateway needs the same cores: waiting in a loop, as they do unless
   * told otherwise, doubled the CPU time of a step and on a busy machine its duration as well.
   */
  private static OrtSession open(OrtEnvironment environment, Path graph, int threads)
      throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return environment.createSession(graph.toString(), options);
    }
  }

  List<OrtSession> inOrder() {
    return sessions;
  }

  @Override
  public void close() throws OrtException {
    OrtException first = null;
    for (OrtSession session : sessions) {
      try {
        session.close();
      } catch (OrtException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
