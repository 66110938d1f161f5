package kz.qaqpa.admin.console;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.AdmissionGate.Running;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/**
 * {@code GET /admin/requests}: what runs in this gateway, oldest first, and how many of each agency
 * wait for their first token; no text. Who looks after one agency sees that one's.
 */
public final class RequestsAction implements AdminAction {
  /** Requests that are listed. */
  static final int MOST_LISTED = 200;

  /** Agencies whose waiting requests are told. */
  static final int MOST_AGENCIES = 20;

  private final AdmissionGate gate;
  private final LongSupplier nanoTime;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  public RequestsAction(AdmissionGate gate, LongSupplier nanoTime) {
    this.gate = gate;
    this.nanoTime = nanoTime;
  }

  /**
   * The answer.
   *
   * @param total how many there are; not all may be listed
   * @param waiting those without a token yet, by agency, most first
   */
  record Body(int total, List<Waiting> waiting, List<Request> requests) {}

  /** How many of an agency's wait. */
  record Waiting(String agency, int requests) {}

  /** One that runs. */
  record Request(
      String id,
      String agency,
      String application,
      String phase,
      long ageMs,
      int promptTokens,
      int outputTokens) {

    static Request of(Running running, long now) {
      return new Request(
          running.request().id(),
          running.application().agency().id(),
          running.application().id(),
          running.request().stage(),
          TimeUnit.NANOSECONDS.toMillis(now - running.request().startNanos()),
          running.request().promptTokens(),
          running.request().outputTokens());
    }

    boolean isWaiting() {
      return phase.equals("queue") || phase.equals("prefill") || phase.equals("tokenize");
    }
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/admin/requests");
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Right right() {
    return Right.REQUESTS;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    long now = nanoTime.getAsLong();
    List<Request> all =
        gate.running()
            .filter(running -> who.sees(running.application().agency().id()))
            .map(running -> Request.of(running, now))
            .sorted(Comparator.comparingLong(Request::ageMs).reversed())
            .toList();
    List<Request> listed = all.subList(0, Math.min(all.size(), MOST_LISTED));
    return exchange.json(200, Json.bytes(new Body(all.size(), waiting(all), listed)));
  }

  private static List<Waiting> waiting(List<Request> all) {
    Map<String, Integer> counts = new TreeMap<>();
    all.stream()
        .filter(Request::isWaiting)
        .forEach(it -> counts.merge(it.agency(), 1, Math::addExact));
    return counts.entrySet().stream()
        .map(entry -> new Waiting(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingInt(Waiting::requests).reversed())
        .limit(MOST_AGENCIES)
        .toList();
  }
}
