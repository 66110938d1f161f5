package kz.qaqpa.admin.action;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import kz.qaqpa.admin.AgencyList;
import kz.qaqpa.admin.LiveUse;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.suspension.Suspension;
import kz.qaqpa.admission.suspension.Suspensions;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.label.LocalText;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@code GET /admin/agencies} and {@code /admin/agencies/{id}}: agencies and applications, whether
 * they are in service, and what they use now. Who looks after one agency sees that one.
 */
public final class AgenciesAction implements AdminAction {
  private static final String LIST = "/admin/agencies";

  private final AgencyList agencies;
  private final LiveUse use;
  private final Suspensions suspensions;
  private final AdminBodies bodies;

  public AgenciesAction(
      AgencyList agencies, LiveUse use, Suspensions suspensions, AdminBodies bodies) {
    this.agencies = agencies;
    this.use = use;
    this.suspensions = suspensions;
    this.bodies = bodies;
  }

  /**
   * The answer.
   *
   * @param unregistered suspended applications that are not in {@code agencies.yaml}, for now
   * @param problems what is wrong with {@code agencies.yaml} as it is now
   */
  record Body(List<AgencyBody> agencies, List<Unregistered> unregistered, List<String> problems) {}

  /** An agency with its applications. */
  record AgencyBody(
      String id,
      LocalText name,
      int streams,
      @Nullable List<LiveUse.Window> windows,
      List<ApplicationBody> applications) {}

  /** An application. */
  record ApplicationBody(
      String id,
      String state,
      @Nullable SuspensionBody suspension,
      int streams,
      @Nullable List<LiveUse.Window> windows) {}

  /** A suspension without its application. */
  record Unregistered(String agency, String application, @Nullable SuspensionBody suspension) {}

  @Override
  public boolean isAt(String path) {
    return path.equals(LIST)
        || (path.startsWith(LIST + "/") && path.indexOf('/', LIST.length() + 1) < 0);
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Right right() {
    return Right.LIST;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    if (exchange.path().equals(LIST)) {
      return list(exchange, who);
    }
    String id = exchange.path().substring(LIST.length() + 1);
    ApplicationPath.requireSeen(who, id);
    Agency agency =
        agencies.agencies().stream()
            .filter(it -> it.id().equals(id))
            .findFirst()
            .orElseThrow(() ->
                new Refusal.NotFound(
                    "agency",
                    "agency_not_found",
                    "agency: " + Shown.text(id) + " (expected: one of agencies.yaml)"));
    return answer(exchange, agency(agency));
  }

  private Mono<Void> list(Exchange exchange, Operator who) {
    Set<String> registered =
        agencies.applications().stream().map(Application::fullId).collect(Collectors.toSet());
    List<Unregistered> unregistered =
        suspensions.all().stream()
            .filter(it -> who.sees(it.agency()) && !registered.contains(it.fullId()))
            .map(it -> new Unregistered(it.agency(), it.application(), SuspensionBody.of(it)))
            .toList();
    // Lines of the file may name other agencies.
    List<String> problems = who.agency() == null ? agencies.problems() : List.of();
    return answer(
        exchange,
        Flux.fromIterable(agencies.agencies())
            .filter(agency -> who.sees(agency.id()))
            .concatMap(this::agency)
            .collectList()
            .map(all -> new Body(all, unregistered, problems)));
  }

  private Mono<Void> answer(Exchange exchange, Mono<?> body) {
    return body.publishOn(bodies.edge(exchange))
        .flatMap(value -> exchange.json(200, Json.bytes(value)));
  }

  private Mono<AgencyBody> agency(Agency agency) {
    List<Application> own =
        agencies.applications().stream()
            .filter(it -> it.agency().id().equals(agency.id()))
            .toList();
    return Flux.fromIterable(own)
        .concatMap(this::application)
        .collectList()
        .zipWith(use.of(agency.id(), null))
        .map(both ->
            new AgencyBody(
                agency.id(),
                agency.name(),
                own.stream().mapToInt(use::streams).sum(),
                both.getT2().windows(),
                both.getT1()));
  }

  private Mono<ApplicationBody> application(Application application) {
    Suspension suspension = suspensions.find(application.fullId());
    return use.of(application.agency().id(), application.id())
        .map(now ->
            new ApplicationBody(
                application.id(),
                SuspensionBody.state(suspension),
                SuspensionBody.of(suspension),
                use.streams(application),
                now.windows()));
  }
}
