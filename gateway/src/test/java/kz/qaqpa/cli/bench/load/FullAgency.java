package kz.qaqpa.cli.bench.load;

import java.util.stream.Stream;
import kz.qaqpa.cli.process.TrialAgency;

/** An agency with a limit of each kind, none of which is ever reached: all of them are counted. */
public final class FullAgency {
  private FullAgency() {}

  /** One with a new key. */
  public static TrialAgency of(String id) {
    return TrialAgency.of(
        id,
        Stream.concat(
                Stream.of("requestsPerSecond: 1000000", "concurrentStreams: 1000000"),
                Stream.of("tokens", "characters")
                    .flatMap(what ->
                        Stream.of("Minute", "Day", "Month")
                            .map(window -> what + "Per" + window + ": 1000000000000")))
            .toArray(String[]::new));
  }
}
