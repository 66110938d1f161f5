package kz.qaqpa.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;

/**
 * Greedy sequences that share an engine in random ways: chunked prompts, rows that skip steps,
 * moves from slot to slot. Each must give the tokens that it gives alone.
 */
public final class Company {
  private final Engine engine;
  private final RandomGenerator random;
  private final int output;
  private final List<Member> members = new ArrayList<>();

  /** One sequence. */
  private static final class Member {
    final int[] prompt;
    final List<Integer> tokens = new ArrayList<>();
    final List<Float> scores = new ArrayList<>();
    int slot;
    int computed;

    Member(int[] prompt, int slot) {
      this.prompt = prompt;
      this.slot = slot;
    }

    int known() {
      return prompt.length + tokens.size();
    }

    int token(int index) {
      return index < prompt.length ? prompt[index] : tokens.get(index - prompt.length);
    }
  }

  /**
   * @param output tokens that each sequence writes
   */
  public Company(Engine engine, RandomGenerator random, int output) {
    this.engine = engine;
    this.random = random;
    this.output = output;
  }

  /** Runs them together, then each alone. */
  public void checkAgainstAlone() {
    int slots = engine.shape().slots();
    int most = engine.shape().slotLength() - output;
    for (int slot = 0; slot < slots; slot++) {
      if (random.nextInt(4) != 0 || members.isEmpty()) {
        int length = 1 + random.nextInt(most);
        members.add(
            new Member(EngineDriver.tokens(random, length, engine.shape().vocabulary()), slot));
      }
    }
    EngineDriver driver = new EngineDriver(engine);
    while (members.stream().anyMatch(member -> member.tokens.size() < output)) {
      step(driver);
      move(driver);
    }
    for (Member member : members) {
      checkAlone(member);
    }
  }

  /** A random share of the members takes part. */
  private void step(EngineDriver driver) {
    List<Member> rows = new ArrayList<>();
    List<Member> ready = members.stream().filter(member -> member.tokens.size() < output).toList();
    driver.step();
    for (Member member : ready) {
      if (random.nextInt(3) != 0 || rows.isEmpty()) {
        rows.add(member);
        addRow(driver, member);
      }
    }
    StepResult result = driver.run();
    for (int row = 0; row < rows.size(); row++) {
      take(rows.get(row), result, row);
    }
  }

  /** What is missing of a prompt, or whole cells of it, or the last token of the output. */
  private void addRow(EngineDriver driver, Member member) {
    int missing = member.known() - member.computed;
    int grid = engine.shape().prefillChunk();
    int cells = missing / grid;
    int count = cells > 0 && random.nextBoolean() ? grid * (1 + random.nextInt(cells)) : missing;
    int[] tokens = new int[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = member.token(member.computed + i);
    }
    LogitsMode mode = count == missing ? LogitsMode.CANDIDATES : LogitsMode.NONE;
    driver.row(member.slot, mode, tokens);
    member.computed += count;
  }

  private static void take(Member member, StepResult result, int row) {
    if (member.computed == member.known()) {
      member.tokens.add(result.candidateId(row, 0));
      member.scores.add(result.candidateLogit(row, 0));
      member.scores.add(result.logSumExp(row));
    }
  }

  /** Now and then a member moves to a free slot. */
  private void move(EngineDriver driver) {
    if (random.nextInt(6) != 0) {
      return;
    }
    Member member = members.get(random.nextInt(members.size()));
    for (int slot = 0; slot < driver.length.length; slot++) {
      if (isFree(slot)) {
        engine.copyKv(member.slot, slot, member.computed);
        driver.length[slot] = member.computed;
        driver.length[member.slot] = random.nextInt(member.computed + 1);
        member.slot = slot;
        return;
      }
    }
  }

  private boolean isFree(int slot) {
    return members.stream().noneMatch(member -> member.slot == slot);
  }

  private void checkAlone(Member member) {
    EngineDriver driver = new EngineDriver(engine);
    int slot = random.nextInt(engine.shape().slots());
    Member alone = new Member(member.prompt, slot);
    while (alone.tokens.size() < output) {
      int[] tokens = new int[alone.known() - alone.computed];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = alone.token(alone.computed + i);
      }
      alone.computed += tokens.length;
      take(alone, driver.step().row(slot, LogitsMode.CANDIDATES, tokens).run(), 0);
    }
    assertThat(member.tokens).isEqualTo(alone.tokens);
    assertThat(member.scores).isEqualTo(alone.scores);
  }
}
