package kz.qaqpa.admin.action;

import java.util.Objects;
import kz.qaqpa.admin.AgencyList;
import kz.qaqpa.admin.SuspensionDesk;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.suspension.Suspension;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * {@code POST /admin/agencies/{id}/applications/{id}/suspend} and {@code …/resume}, each with a
 * reason.
 */
public final class SuspensionAction implements AdminAction {
  private static final int LONGEST_REASON = 500;

  private final Verb verb;
  private final SuspensionDesk desk;
  private final AgencyList agencies;
  private final AdminBodies bodies;

  /** What is done. */
  public enum Verb {
    /** Takes an application out of service. */
    SUSPEND("suspend"),
    /** Puts it back. */
    RESUME("resume");

    private final String word;

    Verb(String word) {
      this.word = word;
    }
  }

  public SuspensionAction(Verb verb, SuspensionDesk desk, AgencyList agencies, AdminBodies bodies) {
    this.verb = verb;
    this.desk = desk;
    this.agencies = agencies;
    this.bodies = bodies;
  }

  /**
   * The answer.
   *
   * @param everywhere whether all gateways will know within a second; if not, the database is away
   */
  record Body(
      String agency,
      String application,
      String state,
      @Nullable SuspensionBody suspension,
      boolean everywhere) {}

  @Override
  public boolean isAt(String path) {
    ApplicationPath parts = ApplicationPath.of(path);
    return parts != null && parts.verb().equals(verb.word);
  }

  @Override
  public String method() {
    return "POST";
  }

  @Override
  public Right right() {
    return Right.SUSPEND;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    ApplicationPath path = Objects.requireNonNull(ApplicationPath.of(exchange.path()));
    ApplicationPath.requireSeen(who, path.agency());
    return bodies
        .read(exchange, SuspensionAction::reason)
        .flatMap(reason -> done(who, path, reason))
        .publishOn(bodies.edge(exchange))
        .flatMap(done -> {
          Suspension suspension = done.suspension();
          Body body =
              new Body(
                  path.agency(),
                  path.application(),
                  SuspensionBody.state(suspension),
                  SuspensionBody.of(suspension),
                  done.everywhere());
          return exchange.json(done.everywhere() ? 200 : 202, Json.bytes(body));
        });
  }

  private Mono<SuspensionDesk.Done> done(Operator who, ApplicationPath path, String reason) {
    return switch (verb) {
      case SUSPEND -> {
        requireKnown(path);
        yield desk.suspend(who, path.agency(), path.application(), reason);
      }
      // One that is no longer registered can still be resumed.
      case RESUME -> desk.resume(who, path.agency(), path.application(), reason);
    };
  }

  private void requireKnown(ApplicationPath path) {
    String fullId = path.agency() + '/' + path.application();
    if (agencies.applications().stream().noneMatch(it -> it.fullId().equals(fullId))) {
      throw new Refusal.NotFound(
          "application",
          "application_not_found",
          "application: " + fullId + " (expected: one of agencies.yaml)");
    }
  }

  private static String reason(Fields body) {
    String reason =
        Fields.required(body.privateString("reason", "a string"), "reason", "why, in words");
    if (reason.isBlank() || reason.length() > LONGEST_REASON) {
      throw body.wrong(
          "reason", reason.length() + " characters", "1 to " + LONGEST_REASON + ", not all blank");
    }
    if (reason.codePoints().anyMatch(SuspensionAction::isNoText)) {
      throw body.wrong("reason", "control characters", "words");
    }
    return reason.strip();
  }

  /** What no database keeps, or no terminal shows. */
  private static boolean isNoText(int c) {
    return Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
  }
}
