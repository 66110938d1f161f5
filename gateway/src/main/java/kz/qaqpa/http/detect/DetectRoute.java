package kz.qaqpa.http.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.LabelText;
import kz.qaqpa.http.detect.DetectFlow.Counted;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.UsageRecord.Charge;
import reactor.core.publisher.Mono;

/**
 * {@code POST /v1/labels/detect}: whether a bare text has the watermark of a model of this gateway.
 * An open detector is a tool for removing the mark, so it is for applications that may, against
 * their quota, and its answers are powers of ten.
 */
public final class DetectRoute implements Route {
  private static final Set<String> FIELDS = Set.of("text");

  private final JsonDoor door;
  private final DetectFlow flow;
  private final List<Candidate> candidates;
  private final Predicate<Application> may;

  /**
   * The route.
   *
   * @param candidates models that are asked for, at least one; the first is who is charged for
   * @param may which applications may ask
   */
  public DetectRoute(
      JsonDoor door,
      AdmissionGate gate,
      TokenizePool pool,
      Ledger ledger,
      List<Candidate> candidates,
      Predicate<Application> may) {
    this.door = door;
    this.flow = new DetectFlow(gate, pool, ledger);
    this.candidates = List.copyOf(candidates);
    this.may = may;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/v1/labels/detect");
  }

  @Override
  public List<String> methods() {
    return List.of("POST");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return door.authenticate(exchange).flatMap(application -> serve(exchange, application));
  }

  private Mono<Void> serve(Exchange exchange, Application application) {
    if (!may.test(application)) {
      throw new Refusal.Forbidden(
          "detection_not_allowed",
          "application: " + application.id() + " (expected: one that may look for the watermark)");
    }
    exchange.trace().asks(candidates.getFirst().model(), false);
    return door.read(
            exchange,
            body -> {
              Fields fields = new Fields(body, "");
              LabelText.requireKnown(fields, FIELDS);
              return LabelText.of(fields);
            })
        .flatMap(text ->
            flow.run(
                application,
                exchange.trace(),
                door.edge(exchange),
                () -> counted(text),
                this::answer))
        .flatMap(answer -> exchange.json(200, answer));
  }

  /** Tokens of each candidate; what is charged is the first one's, as if it were asked the text. */
  private Counted<List<int[]>> counted(String text) {
    List<int[]> tokens =
        candidates.stream().map(candidate -> candidate.detector().tokens(text)).toList();
    return new Counted<>(
        tokens, new Charge(tokens.getFirst().length, text.codePointCount(0, text.length()), 0, 0));
  }

  private byte[] answer(Counted<List<int[]>> counted) {
    List<DetectionJson.OfModel> found = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get(i);
      found.add(
          new DetectionJson.OfModel(
              candidate.model(), candidate.detector().detect(counted.work().get(i))));
    }
    Charge charge = counted.charge();
    return Json.bytes(
        DetectionJson.of(
            found, new DetectionJson.Usage(charge.promptTokens(), charge.promptCharacters())));
  }
}
