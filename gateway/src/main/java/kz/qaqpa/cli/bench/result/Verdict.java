package kz.qaqpa.cli.bench.result;

/** What a figure says beside the same one of an earlier run. */
public enum Verdict {
  BETTER("better"),
  WORSE("WORSE"),
  SAME("within the noise"),
  /** A figure that has no better or worse. */
  TOLD("not judged"),
  /** Measured in too few rounds to know what noise is. */
  FEW("too few rounds to judge"),
  /** An absolute figure of another machine, load or setting. */
  OTHER("not comparable"),
  /** Only one of the two runs has it. */
  ABSENT("in one run only");

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  /** For people. */
  public String words() {
    return words;
  }
}
