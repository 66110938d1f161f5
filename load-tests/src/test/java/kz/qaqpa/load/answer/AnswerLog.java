package kz.qaqpa.load.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** All answers of a run, by group. Any thread. */
public final class AnswerLog {
  private static final long MOST_MICROS = TimeUnit.HOURS.toMicros(2);

  private final double sample;
  private final long ttftNanos;
  private final long itlNanos;
  private final LabelCheck labels;
  private final AtomicLong answers = new AtomicLong();
  private final Map<String, Group> groups = new ConcurrentSkipListMap<>();
  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

  /**
   * An empty log.
   *
   * @param sample part of all answers whose labels are verified
   * @param ttft to the first token, of a good answer
   * @param itl between two tokens in the mean, of a good answer
   */
  public AnswerLog(double sample, Duration ttft, Duration itl, LabelCheck labels) {
    this.sample = sample;
    this.ttftNanos = ttft.toNanos();
    this.itlNanos = itl.toNanos();
    this.labels = labels;
  }

  /** What became of the answers of one kind. */
  public static final class Group {
    final LongAdder begun = new LongAdder();
    final LongAdder complete = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder good = new LongAdder();
    final LongAdder labelled = new LongAdder();
    final LongAdder closedAfterEnd = new LongAdder();
    final LongAdder promptTokens = new LongAdder();
    final LongAdder outputTokens = new LongAdder();
    final ConcurrentHistogram ttft = new ConcurrentHistogram(MOST_MICROS, 3);
    final ConcurrentHistogram gaps = new ConcurrentHistogram(MOST_MICROS, 3);
    final ConcurrentHistogram whole = new ConcurrentHistogram(MOST_MICROS, 3);

    void firstToken(long nanos) {
      record(ttft, nanos);
    }

    void gap(long nanos) {
      record(gaps, nanos);
    }

    private static void record(Histogram histogram, long nanos) {
      histogram.recordValue(Math.clamp(TimeUnit.NANOSECONDS.toMicros(nanos), 0, MOST_MICROS));
    }
  }

  /** Begins a streamed answer. */
  public Answer begin(String group, Wire wire) {
    Group of = group(group);
    of.begun.increment();
    return new Answer(of, wire, isSampled());
  }

  /** Spread evenly: of every 1/sample answers one. */
  private boolean isSampled() {
    long number = answers.getAndIncrement();
    return (long) ((number + 1) * sample) > (long) (number * sample) || (number == 0 && sample > 0);
  }

  /**
   * Ends a streamed answer.
   *
   * @param closed whether the connection was gone before its user closed it
   */
  public void end(String name, Answer answer, boolean closed) {
    Group group = group(name);
    if (!answer.isComplete()) {
      fail(name, answer.error().isEmpty() ? "cut off" : "error " + code(answer.error()));
      return;
    }
    group.complete.increment();
    Group.record(group.whole, answer.wholeNanos());
    if (closed) {
      group.closedAfterEnd.increment();
    }
    if (answer.firstNanos() <= ttftNanos && answer.meanGapNanos() <= itlNanos) {
      group.good.increment();
    }
    group.promptTokens.add(answer.tokens("prompt_tokens", "input_tokens"));
    group.outputTokens.add(answer.tokens("completion_tokens", "output_tokens"));
    label(group, answer.label(), answer.isSampled(), answer.text());
  }

  /** An answer that came whole, in one body. */
  public void whole(String name, JsonNode body, long nanos) {
    Group group = group(name);
    group.begun.increment();
    group.complete.increment();
    Group.record(group.whole, nanos);
    if (nanos <= ttftNanos + itlNanos * body.at("/usage/completion_tokens").asLong()) {
      group.good.increment();
    }
    group.promptTokens.add(body.at("/usage/prompt_tokens").asLong());
    group.outputTokens.add(body.at("/usage/completion_tokens").asLong());
    String text = body.at("/choices/0/message/content").asText();
    JsonNode label = body.get("content_label");
    label(group, label, isSampled(), text);
  }

  private void label(Group group, JsonNode label, boolean sampled, String text) {
    if (label != null && label.hasNonNull("jws")) {
      group.labelled.increment();
      if (sampled) {
        labels.verify(label.get("jws").asText(), text);
      }
    }
  }

  /** A request that was refused as it should be. */
  public void refused(String name) {
    group(name).begun.increment();
    group(name).refused.increment();
  }

  /**
   * An answer in one piece that failed, though nothing should have failed it.
   *
   * @param why what came, or in words; of an error of the gateway its code is kept
   */
  public void failed(String name, String why) {
    group(name).begun.increment();
    fail(name, why.contains("\"code\"") ? why.substring(0, 4) + code(why) : why);
  }

  private void fail(String name, String why) {
    failures.computeIfAbsent(name + ": " + why, key -> new LongAdder()).increment();
  }

  /** Code and message of an error; the gateway's never repeat what a user wrote. */
  private static String code(String message) {
    return (member(message, "code") + " " + member(message, "message")).strip();
  }

  private static String member(String message, String name) {
    String start = '"' + name + "\":\"";
    int at = message.indexOf(start);
    int from = at + start.length();
    int end = at < 0 ? -1 : message.indexOf('"', from);
    return end < 0 ? "" : message.substring(from, end);
  }

  private Group group(String name) {
    return groups.computeIfAbsent(name, key -> new Group());
  }

  /** The groups, by name; of one that nothing belongs to all figures are 0. */
  public Totals totals(String... names) {
    return Totals.of(
        names.length == 0
            ? groups.values()
            : java.util.Arrays.stream(names).map((Function<String, Group>) this::group).toList());
  }

  /** Names of the groups. */
  public Iterable<String> names() {
    return groups.keySet();
  }

  /** Why answers failed, and how many. */
  public Map<String, LongAdder> failures() {
    return failures;
  }

  /** Whether labels hold. */
  public LabelCheck labels() {
    return labels;
  }
}
