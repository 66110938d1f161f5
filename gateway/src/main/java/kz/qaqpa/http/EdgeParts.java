package kz.qaqpa.http;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.flow.TokenizeFlow;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.health.Readiness;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.chat.ChatCompletions;
import kz.qaqpa.http.completions.Completions;
import kz.qaqpa.http.labels.LabelParts;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.responses.ResponsesRoute;
import kz.qaqpa.http.responses.StoredResponsesRoute;
import kz.qaqpa.http.route.BodyReader;
import kz.qaqpa.http.route.HealthRoute;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.MetricsRoute;
import kz.qaqpa.http.route.ModelsRoute;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.route.TextRoute;
import kz.qaqpa.http.tokens.TokensRoute;
import kz.qaqpa.http.usage.ApplicationReaders;
import kz.qaqpa.http.usage.UsageReports;
import kz.qaqpa.http.usage.UsageRoute;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.Cors;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.label.stamp.Labelling;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.responses.ResponsesFlow;
import kz.qaqpa.trace.RequestWatch;
import kz.qaqpa.ws.door.SocketDoor;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * What the edge stands on.
 *
 * @param gate who may come in
 * @param pool where long parsing goes
 * @param flow the way of a chat request
 * @param responses the way of a response
 * @param labelling what answers are labelled with
 * @param ledger what is written down
 * @param reports what is told of it
 * @param errors how failures are told
 * @param metrics what is counted
 * @param watch sees requests begin and end
 * @param readiness whether to send it requests
 * @param model what is served
 * @param card the model as {@code /v1/models} shows it
 * @param labels what is told of labels
 * @param sockets sessions over WebSocket
 * @param pages adds routes that are not of the API
 */
public record EdgeParts(
    AdmissionGate gate,
    TokenizePool pool,
    ChatFlow flow,
    ResponsesFlow responses,
    Labelling labelling,
    Ledger ledger,
    UsageReports reports,
    ErrorWriter errors,
    GatewayMetrics metrics,
    RequestWatch watch,
    Readiness readiness,
    ServedModel model,
    Json.Model card,
    LabelParts labels,
    SocketDoor sockets,
    Consumer<HttpServerRoutes> pages) {

  /**
   * Lists the routes, binds and serves.
   *
   * @throws reactor.netty.ChannelBindException if the port is taken
   * @throws IllegalArgumentException if a file of {@code tls} cannot be used
   */
  public HttpGateway bind(
      ServerSettings where, HttpSettings http, TlsSettings tls, CorsSettings cors) {
    BodyReader bodies = new BodyReader(http.maxBodyBytes(), http.bodyTimeout());
    JsonDoor door = new JsonDoor(gate, bodies, pool);
    AnswerWriter writer =
        new AnswerWriter(new AiDisclosure(model.id()), labelling, errors, http.keepAlive());
    List<Route> routes = new ArrayList<>();
    routes.add(new TextRoute(new ChatCompletions(), door, flow, writer, metrics));
    routes.add(new ResponsesRoute(door, responses, writer, errors, metrics));
    for (StoredResponsesRoute.Resource resource : StoredResponsesRoute.Resource.values()) {
      routes.add(new StoredResponsesRoute(resource, door, responses.store(), writer));
    }
    routes.add(sockets.route(new HostNames(where.hostNames())));
    routes.add(sockets.ticketsRoute());
    routes.add(new TextRoute(new Completions(), door, flow, writer, metrics));
    routes.add(new TokensRoute(door, new TokenizeFlow(gate, pool, ledger), model, metrics));
    routes.add(new ModelsRoute(door, card));
    routes.add(new UsageRoute(new ApplicationReaders(door), reports));
    routes.addAll(labels.routes(gate, pool, ledger, http));
    routes.add(new HealthRoute(readiness));
    if (where.showsMetrics()) {
      routes.add(new MetricsRoute(metrics::scrape));
    }
    return HttpGateway.bind(
        new HttpGateway.Listener(
            "qaqpa-http",
            where.host(),
            where.port(),
            http,
            tls.open("tls", end -> metrics.secured("api", end))),
        routes,
        pages,
        new Cors(cors.allowedOrigins(), cors.allowCredentials(), cors.maxAge()),
        errors,
        metrics,
        watch);
  }
}
