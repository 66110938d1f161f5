package kz.qaqpa.http;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.flow.TokenizeFlow;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.chat.ChatCompletions;
import kz.qaqpa.http.completions.Completions;
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
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.Cors;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.responses.ResponsesFlow;
import kz.qaqpa.ws.Sessions;
import kz.qaqpa.ws.WsSettings;
import kz.qaqpa.ws.door.Tickets;
import kz.qaqpa.ws.door.TicketsRoute;
import kz.qaqpa.ws.door.WsRoute;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * What the edge stands on.
 *
 * @param gate who may come in
 * @param engine what answers
 * @param pool where long parsing goes
 * @param flow the way of a chat request
 * @param responses the way of a response
 * @param ledger what is written down
 * @param metrics what is counted
 * @param model what is served
 * @param card the model as {@code /v1/models} shows it
 * @param showMetrics whether {@code /metrics} is served here
 * @param pages adds routes that are not of the API
 */
public record EdgeParts(
    AdmissionGate gate,
    BatchingEngine engine,
    TokenizePool pool,
    ChatFlow flow,
    ResponsesFlow responses,
    Ledger ledger,
    GatewayMetrics metrics,
    ServedModel model,
    Json.Model card,
    boolean showMetrics,
    Consumer<HttpServerRoutes> pages) {

  /**
   * Lists the routes, binds and serves.
   *
   * @throws reactor.netty.ChannelBindException if the port is taken
   * @throws IllegalArgumentException if a file of {@code tls} cannot be used
   */
  public HttpGateway bind(
      ServerSettings where, HttpSettings http, TlsSettings tls, CorsSettings cors, WsSettings ws) {
    ErrorWriter errors = new ErrorWriter(metrics, ledger);
    BodyReader bodies = new BodyReader(http.maxBodyBytes(), http.bodyTimeout());
    JsonDoor door = new JsonDoor(gate, bodies, pool);
    AiDisclosure disclosure = new AiDisclosure(model.id());
    AnswerWriter writer = new AnswerWriter(disclosure, errors, http.keepAlive());
    Tickets tickets = new Tickets();
    Sessions sessions = new Sessions(ws, responses, pool, errors, metrics);
    List<Route> routes = new ArrayList<>();
    routes.add(new TextRoute(new ChatCompletions(), door, flow, writer, metrics));
    routes.add(new ResponsesRoute(door, responses, writer, errors, metrics));
    for (StoredResponsesRoute.Resource resource : StoredResponsesRoute.Resource.values()) {
      routes.add(new StoredResponsesRoute(resource, door, responses.store(), writer));
    }
    routes.add(
        new WsRoute(gate, tickets, new HostNames(where.hostNames()), ws, sessions, disclosure));
    routes.add(new TicketsRoute(door, gate, tickets));
    routes.add(new TextRoute(new Completions(), door, flow, writer, metrics));
    routes.add(new TokensRoute(door, new TokenizeFlow(gate, pool, ledger), model, metrics));
    routes.add(new ModelsRoute(gate, card));
    routes.add(new HealthRoute(gate, engine));
    if (showMetrics) {
      routes.add(new MetricsRoute(metrics));
    }
    return HttpGateway.bind(
        routes,
        pages,
        errors,
        new Cors(cors.allowedOrigins(), cors.allowCredentials(), cors.maxAge()),
        metrics,
        where,
        http,
        tls.open());
  }
}
