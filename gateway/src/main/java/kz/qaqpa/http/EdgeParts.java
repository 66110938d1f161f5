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
 * @param labelling what answers are labelled with
 * @param ledger what is written down
 * @param reports what is told of it
 * @param errors how failures are told
 * @param metrics what is counted
 * @param model what is served
 * @param card the model as {@code /v1/models} shows it
 * @param labels what is told of labels
 * @param pages adds routes that are not of the API
 */
public record EdgeParts(
    AdmissionGate gate,
    BatchingEngine engine,
    TokenizePool pool,
    ChatFlow flow,
    ResponsesFlow responses,
    Labelling labelling,
    Ledger ledger,
    UsageReports reports,
    ErrorWriter errors,
    GatewayMetrics metrics,
    ServedModel model,
    Json.Model card,
    LabelParts labels,
    Consumer<HttpServerRoutes> pages) {

  /**
   * Lists the routes, binds and serves.
   *
   * @throws reactor.netty.ChannelBindException if the port is taken
   * @throws IllegalArgumentException if a file of {@code tls} cannot be used
   */
  public HttpGateway bind(
      ServerSettings where, HttpSettings http, TlsSettings tls, CorsSettings cors, WsSettings ws) {
    BodyReader bodies = new BodyReader(http.maxBodyBytes(), http.bodyTimeout());
    JsonDoor door = new JsonDoor(gate, bodies, pool);
    AiDisclosure disclosure = new AiDisclosure(model.id());
    AnswerWriter writer = new AnswerWriter(disclosure, labelling, errors, http.keepAlive());
    Tickets tickets = new Tickets();
    Sessions sessions = new Sessions(ws, gate.identification(), responses, pool, errors, metrics);
    List<Route> routes = new ArrayList<>();
    routes.add(new TextRoute(new ChatCompletions(), door, flow, writer, metrics));
    routes.add(new ResponsesRoute(door, responses, writer, errors, metrics));
    for (StoredResponsesRoute.Resource resource : StoredResponsesRoute.Resource.values()) {
      routes.add(new StoredResponsesRoute(resource, door, responses.store(), writer));
    }
    routes.add(
        new WsRoute(
            door, gate, tickets, new HostNames(where.hostNames()), ws, sessions, disclosure));
    routes.add(new TicketsRoute(door, gate, tickets));
    routes.add(new TextRoute(new Completions(), door, flow, writer, metrics));
    routes.add(new TokensRoute(door, new TokenizeFlow(gate, pool, ledger), model, metrics));
    routes.add(new ModelsRoute(door, card));
    routes.add(new UsageRoute(new ApplicationReaders(door), reports));
    routes.addAll(labels.routes(gate, pool, ledger, http));
    routes.add(new HealthRoute(gate, engine));
    if (where.showsMetrics()) {
      routes.add(new MetricsRoute(metrics::scrape));
    }
    return HttpGateway.bind(
        new HttpGateway.Listener("qaqpa-http", where.host(), where.port(), http, tls.open()),
        routes,
        pages,
        new Cors(cors.allowedOrigins(), cors.allowCredentials(), cors.maxAge()),
        errors,
        metrics);
  }
}
