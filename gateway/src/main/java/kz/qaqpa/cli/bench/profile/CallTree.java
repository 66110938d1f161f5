package kz.qaqpa.cli.bench.profile;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Calls that were seen, with what was counted in each and below. Confined to one thread. */
final class CallTree {
  private final Map<String, CallTree> calls = new TreeMap<>();
  private double weight;

  /** Counts a stack, whose outermost frame comes first. */
  void add(List<String> frames, double more) {
    weight += more;
    CallTree at = this;
    for (String frame : frames) {
      at = at.calls.computeIfAbsent(frame, _ -> new CallTree());
      at.weight += more;
    }
  }

  /** What was counted here and below. */
  double weight() {
    return weight;
  }

  /** What was called from here, by name. */
  Map<String, CallTree> calls() {
    return calls;
  }

  /** The longest way down whose every step has at least this weight. */
  int depth(double least) {
    return calls.values().stream()
        .filter(call -> call.weight >= least)
        .mapToInt(call -> 1 + call.depth(least))
        .max()
        .orElse(0);
  }
}
