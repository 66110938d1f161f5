package kz.qaqpa.engine.trt.build;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A build's phases as one bar. A phase is a tree: its own steps, of which the one under way is as
 * far as the phases inside it. Safe for any number of threads.
 */
public final class ProgressBar implements BuildListener {
  private static final int WIDTH = 30;

  private final String what;
  private final BuildProgress progress;
  private final Map<String, Phase> phases = new HashMap<>();
  private final List<Phase> roots = new ArrayList<>();
  private String shown = "";
  private int shownPercent = -1;
  private double furthest;

  private static final class Phase {
    final String name;
    final int steps;
    final @Nullable Phase parent;
    final List<Phase> open = new ArrayList<>();
    int done;

    Phase(String name, int steps, @Nullable Phase parent) {
      this.name = name;
      this.steps = Math.max(1, steps);
      this.parent = parent;
    }

    /** From 0 to 1. */
    double part() {
      double inside = open.stream().mapToDouble(Phase::part).max().orElse(0);
      return Math.min(1, (done + inside) / steps);
    }
  }

  /**
   * @param what is being built, in front of the bar
   * @param progress takes the bar whenever it looks different
   */
  public ProgressBar(String what, BuildProgress progress) {
    this.what = what;
    this.progress = progress;
  }

  @Override
  public synchronized void started(String name, String parentName, int steps) {
    Phase parent = phases.get(parentName);
    Phase phase = new Phase(name, steps, parent);
    phases.put(name, phase);
    (parent == null ? roots : parent.open).add(phase);
    show(name);
  }

  @Override
  public synchronized boolean stepped(String name, int step) {
    Phase phase = phases.get(name);
    if (phase != null) {
      phase.done = Math.max(phase.done, step + 1);
      show(name);
    }
    return !Thread.currentThread().isInterrupted();
  }

  @Override
  public synchronized void finished(String name) {
    Phase phase = phases.remove(name);
    if (phase == null) {
      return;
    }
    phase.done = phase.steps;
    phase.open.clear();
    if (phase.parent == null) {
      show(name);
      roots.remove(phase);
    } else {
      phase.parent.open.remove(phase);
      show(phase.parent.name);
    }
  }

  /** How far it is, 0 to 1; never goes back. */
  public synchronized double part() {
    return furthest;
  }

  private void show(String phase) {
    furthest = Math.max(furthest, roots.stream().mapToDouble(Phase::part).max().orElse(furthest));
    int percent = (int) (100 * furthest);
    int every = progress.everyPercent();
    if (every > 1 && percent / every == shownPercent / every && shownPercent >= 0) {
      return;
    }
    int filled = (int) (WIDTH * furthest);
    String bar =
        "%s [%s%s] %3d %% %s"
            .formatted(what, "#".repeat(filled), ".".repeat(WIDTH - filled), percent, phase);
    if (!bar.equals(shown)) {
      shown = bar;
      shownPercent = percent;
      progress.bar().accept(bar);
    }
  }
}
