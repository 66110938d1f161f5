package kz.qaqpa.admission.quota.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.admission.quota.WindowZone;
import org.jspecify.annotations.Nullable;

/** The calls of {@code quota.lua}, with the names of the keys. Immutable; any thread. */
final class QuotaScript {
  /** What is asked of Redis: one text, known there by its SHA-1. */
  static final String TEXT = text();

  private static final String NONE = "-";

  private final String prefix;
  private final String zone = WindowZone.rules();
  private final @Nullable InstantSource clock;
  private final String lease;
  private final String remembered;

  /**
   * @param clock a test's time instead of Redis's
   */
  QuotaScript(String prefix, Duration lease, @Nullable InstantSource clock) {
    this.prefix = prefix;
    this.clock = clock;
    this.lease = Long.toString(lease.toMillis());
    // Longer than a command can be on its way.
    this.remembered = Long.toString(Math.max(60_000, 2 * lease.toMillis()));
  }

  private static String text() {
    try (InputStream in = QuotaScript.class.getResourceAsStream("quota.lua")) {
      return new String(
          Objects.requireNonNull(in, "quota.lua").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reserves; the same id again gives the same. */
  ScriptCall reserve(String id, Subject subject, Demand demand) {
    List<String> arguments = arguments("reserve");
    arguments.add(id);
    arguments.add(subject.application());
    arguments.add(lease);
    arguments.add(Long.toString(demand.promptTokens()));
    arguments.add(Long.toString(demand.promptCharacters()));
    arguments.add(Long.toString(demand.output(subject.minGrant())));
    arguments.add(Integer.toString(Demand.CHARACTERS_PER_TOKEN));
    arguments.add(answers(demand));
    arguments.add(limits(subject.agencyLimits(), NONE));
    arguments.add(limits(subject.limits(), Integer.toString(Limits.USUAL_STREAMS)));
    List<String> keys = keys(subject.agency());
    keys.add(account(subject.agency(), subject.application()));
    keys.add(held(subject.agency(), id));
    return new ScriptCall(keys, arguments);
  }

  /** Ends a reservation, also one that is not known yet. */
  ScriptCall settle(String agency, String id, Used used) {
    List<String> arguments = arguments("settle");
    arguments.add(id);
    arguments.add(Long.toString(used.tokens()));
    arguments.add(Long.toString(used.characters()));
    arguments.add(remembered);
    List<String> keys = keys(agency);
    keys.add(held(agency, id));
    return new ScriptCall(keys, arguments);
  }

  /** Renews the leases of reservations of one agency. */
  ScriptCall renew(String agency, Collection<String> ids) {
    List<String> arguments = arguments("renew");
    arguments.add(lease);
    arguments.addAll(ids);
    return new ScriptCall(keys(agency), arguments);
  }

  /** Counts what was used without Redis, once for each id. */
  ScriptCall count(String id, Subject subject, Instant at, Used used) {
    List<String> arguments = arguments("count");
    arguments.add(Long.toString(at.toEpochMilli()));
    arguments.add(Long.toString(used.tokens()));
    arguments.add(Long.toString(used.characters()));
    arguments.add(limits(subject.agencyLimits(), NONE));
    arguments.add(limits(subject.limits(), Integer.toString(Limits.USUAL_STREAMS)));
    List<String> keys = keys(subject.agency());
    keys.add(account(subject.agency(), subject.application()));
    keys.add(held(subject.agency(), id));
    return new ScriptCall(keys, arguments);
  }

  /** Counts what the ledger knows, unless the application has an account already. */
  ScriptCall restore(PastUse past) {
    List<String> arguments = arguments("restore");
    arguments.add(Long.toString(past.day().toEpochDay()));
    arguments.add(Long.toString(past.day().getYear() * 12L + past.day().getMonthValue()));
    arguments.add(Long.toString(past.today().tokens()));
    arguments.add(Long.toString(past.today().characters()));
    arguments.add(Long.toString(past.thisMonth().tokens()));
    arguments.add(Long.toString(past.thisMonth().characters()));
    List<String> keys = keys(past.agency());
    keys.add(account(past.agency(), past.application()));
    return new ScriptCall(keys, arguments);
  }

  /** How an account stands. */
  ScriptCall read(String agency, @Nullable String application) {
    List<String> keys = keys(agency);
    keys.add(account(agency, application));
    return new ScriptCall(keys, arguments("read"));
  }

  private List<String> keys(String agency) {
    List<String> keys = new ArrayList<>(4);
    keys.add(account(agency, null));
    keys.add(base(agency) + "leases");
    return keys;
  }

  /** All keys of an agency lie in one slot of a cluster, for one script may touch no two. */
  private String base(String agency) {
    return prefix + '{' + agency + "}:";
  }

  private String account(String agency, @Nullable String application) {
    return base(agency) + (application == null ? "account" : "account:" + application);
  }

  private String held(String agency, String id) {
    return base(agency) + "held:" + id;
  }

  private List<String> arguments(String operation) {
    List<String> arguments = new ArrayList<>(16);
    arguments.add(operation);
    arguments.add(zone);
    arguments.add(clock == null ? "" : Long.toString(clock.millis()));
    return arguments;
  }

  /** How many answers of each length, so that what is sent is short. */
  private static String answers(Demand demand) {
    Map<Integer, Integer> counts = new TreeMap<>();
    demand.answers().forEach(tokens -> counts.merge(tokens, 1, Integer::sum));
    StringBuilder text = new StringBuilder();
    counts.forEach((tokens, count) -> text.append(tokens).append(' ').append(count).append(' '));
    return text.toString();
  }

  private static String limits(Limits limits, String usualStreams) {
    Integer rate = limits.requestsPerSecond();
    Integer burst = limits.burst();
    Integer streams = limits.concurrentStreams();
    StringBuilder text = new StringBuilder();
    text.append(rate == null ? NONE : rate.toString()).append(' ');
    text.append(burst != null ? burst.toString() : rate == null ? NONE : rate.toString());
    text.append(' ').append(streams == null ? usualStreams : streams.toString());
    for (long most : limits.windows()) {
      text.append(' ').append(most == Long.MAX_VALUE ? NONE : Long.toString(most));
    }
    return text.toString();
  }
}
