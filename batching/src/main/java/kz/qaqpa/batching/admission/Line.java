package kz.qaqpa.batching.admission;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Any thread. What one agency has waiting in one class: tokens of prompts, and those expected of
 * answers, by how urgent the agency calls them itself.
 */
final class Line {
  /** Before the others of the agency, with them, after them. */
  static final int URGENCIES = 3;

  final double weight;
  private final AtomicLongArray promptTokens = new AtomicLongArray(URGENCIES);
  private final AtomicLongArray answerTokens = new AtomicLongArray(URGENCIES);

  Line(double weight) {
    this.weight = weight;
  }

  void add(int urgency, long prompt, long answer) {
    promptTokens.addAndGet(urgency, prompt);
    answerTokens.addAndGet(urgency, answer);
  }

  /** Time that all of it takes the engine. */
  double nanos(Rates rates) {
    return nanos(rates, URGENCIES - 1);
  }

  /** Time that what is at least so urgent takes the engine. */
  double nanos(Rates rates, int urgency) {
    long prompt = 0;
    long answer = 0;
    for (int i = 0; i <= urgency; i++) {
      prompt += promptTokens.get(i);
      answer += answerTokens.get(i);
    }
    return rates.work(prompt, answer);
  }
}
