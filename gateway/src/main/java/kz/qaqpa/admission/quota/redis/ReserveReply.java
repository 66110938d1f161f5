package kz.qaqpa.admission.quota.redis;

import java.time.Duration;
import kz.qaqpa.admission.quota.Counter;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.Outcome;
import kz.qaqpa.admission.quota.RateLimits;
import kz.qaqpa.admission.quota.Standing;
import kz.qaqpa.admission.quota.Subject;
import org.jspecify.annotations.Nullable;

/**
 * What Redis said to a reservation.
 *
 * @param outcome null if the request had been given up before
 * @param characters that were reserved, those of the prompt included
 * @param behind by how much Redis's clock was set back
 */
record ReserveReply(@Nullable Outcome outcome, long characters, Duration behind) {
  private static final int COUNTERS = Counter.values().length;
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long MICRO_NANOS = 1_000;

  /** How a bucket of requests stands, and when one more may begin. */
  private record Bucket(RateLimits.Rate rate, Duration untilNext) {}

  /**
   * @param entered how requests stood when this one entered
   * @throws IllegalArgumentException if it is no reply of the script
   */
  static ReserveReply of(
      Subject subject, Demand demand, RateLimits entered, ScriptCall.Reply reply) {
    String word = reply.word();
    return switch (word) {
      case "granted" -> granted(subject, demand, entered, reply);
      case "windows" -> windows(subject, demand, entered, reply);
      case "streams" -> {
        boolean ofAgency = reply.number() == 1;
        yield refused(Standing.streams(subject, ofAgency, reply.number(), reply.number()));
      }
      case "requests" -> {
        boolean ofAgency = reply.number() == 1;
        Bucket bucket = bucket(ofAgency ? subject.agencyLimits() : subject.limits(), reply);
        if (bucket == null) {
          throw new IllegalArgumentException("requests are refused without a limit");
        }
        yield refused(Standing.requests(subject, ofAgency, bucket.rate(), bucket.untilNext()));
      }
      case "ended" -> refused(null);
      default -> throw new IllegalArgumentException("reply of the script: " + word);
    };
  }

  private static ReserveReply refused(@Nullable Outcome shortage) {
    return new ReserveReply(shortage, 0, Duration.ZERO);
  }

  private static ReserveReply granted(
      Subject subject, Demand demand, RateLimits entered, ScriptCall.Reply reply) {
    int cap = Math.toIntExact(reply.number());
    long characters = reply.number();
    boolean limited = reply.number() == 1;
    long millis = reply.number();
    long minute = reply.number();
    Standing.Counts agency = counts(reply);
    Standing.Counts application = counts(reply);
    Bucket agencys = bucket(subject.agencyLimits(), reply);
    Bucket own = bucket(subject.limits(), reply);
    RateLimits.Rate requests =
        RateLimits.tighter(
            entered.requests(),
            RateLimits.tighter(
                own == null ? null : own.rate(), agencys == null ? null : agencys.rate()));
    Standing standing = new Standing(subject, millis, minute, agency, application, requests);
    Grant grant =
        new Grant(
            cap,
            limited ? characters - demand.promptCharacters() : Long.MAX_VALUE,
            standing.at(),
            standing.rates());
    return new ReserveReply(grant, characters, standing.behind());
  }

  private static ReserveReply windows(
      Subject subject, Demand demand, RateLimits entered, ScriptCall.Reply reply) {
    long millis = reply.number();
    long minute = reply.number();
    Standing standing =
        new Standing(subject, millis, minute, counts(reply), counts(reply), entered.requests());
    return new ReserveReply(standing.shortage(demand), 0, standing.behind());
  }

  private static Standing.Counts counts(ScriptCall.Reply reply) {
    return new Standing.Counts(reply.numbers(COUNTERS), reply.numbers(COUNTERS));
  }

  private static @Nullable Bucket bucket(Limits limits, ScriptCall.Reply reply) {
    long burst = reply.number();
    long left = reply.number();
    long untilNext = reply.number();
    Integer perSecond = limits.requestsPerSecond();
    if (burst < 0 || perSecond == null) {
      return null;
    }
    return new Bucket(
        new RateLimits.Rate(
            burst, left, Duration.ofNanos((burst - left) * SECOND_NANOS / perSecond)),
        Duration.ofNanos(untilNext * MICRO_NANOS));
  }
}
