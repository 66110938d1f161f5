package kz.qaqpa;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingEngines;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.CorsSettings;
import kz.qaqpa.http.EdgeParts;
import kz.qaqpa.http.HttpGateway;
import kz.qaqpa.http.HttpSettings;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.http.TlsSettings;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.metrics.EngineSource;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.responses.ResponseStore;
import kz.qaqpa.responses.ResponsesFlow;
import kz.qaqpa.responses.ResponsesSettings;
import kz.qaqpa.ws.WsSettings;
import reactor.netty.http.server.HttpServerRoutes;

/** A running gateway: the parts, wired by hand, and their end in the right order. */
public final class Gateway implements AutoCloseable {
  /** What streams that are ended at shutdown get to send their last event. */
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  private final AdmissionGate gate;
  private final BatchingEngine engine;
  private final TokenizePool pool;
  private final GatewayMetrics metrics;
  private final HttpGateway http;

  private Gateway(
      AdmissionGate gate,
      BatchingEngine engine,
      TokenizePool pool,
      GatewayMetrics metrics,
      HttpGateway http) {
    this.gate = gate;
    this.engine = engine;
    this.pool = pool;
    this.metrics = metrics;
    this.http = http;
  }

  /**
   * What a gateway is told.
   *
   * @param server section {@code server}
   * @param http section {@code http}
   * @param tls section {@code tls}
   * @param cors section {@code cors}
   * @param batching section {@code batching}
   * @param responses section {@code responses}
   * @param ws section {@code ws}
   */
  public record Settings(
      ServerSettings server,
      HttpSettings http,
      TlsSettings tls,
      CorsSettings cors,
      BatchingSettings batching,
      ResponsesSettings responses,
      WsSettings ws) {}

  /**
   * Starts the step loop and serves.
   *
   * @param loaded the engine; closed with the gateway, also if this fails
   * @param model what it serves
   * @param gate who may come in, and what they may use
   * @param ledger where what was used is written down; the caller closes it after the gateway
   * @param pages adds routes that are not of the API
   */
  public static Gateway start(
      Settings settings,
      EngineProvider.LoadedEngine loaded,
      ServedModel model,
      AdmissionGate gate,
      Ledger ledger,
      Consumer<HttpServerRoutes> pages) {
    EngineShape shape = loaded.engine().shape();
    GatewayMetrics metrics = new GatewayMetrics(model.id());
    BatchingEngine engine =
        BatchingEngines.start(
            loaded.engine(),
            model.id(),
            settings.batching(),
            (_, tokens, _) -> metrics.step(tokens));
    TokenizePool pool =
        new TokenizePool(settings.http().tokenizers(), settings.http().tokenizeQueue());
    try {
      metrics.watch(new EngineSource(engine::stats, shape));
      metrics.watch(gate.quotas());
      ChatFlow flow =
          new ChatFlow(gate, pool, model, engine, ledger, metrics, settings.server().deadline());
      ResponsesFlow responses =
          new ResponsesFlow(flow, model, new ResponseStore(settings.responses()));
      Json.Model card =
          Json.Model.of(
              model.id(),
              Instant.now().getEpochSecond(),
              model.contextLength(),
              loaded.modelDigest(),
              model.card());
      EdgeParts parts =
          new EdgeParts(
              gate,
              engine,
              pool,
              flow,
              responses,
              ledger,
              metrics,
              model,
              card,
              isLoopback(settings.server().host()),
              pages);
      return new Gateway(
          gate,
          engine,
          pool,
          metrics,
          parts.bind(
              settings.server(), settings.http(), settings.tls(), settings.cors(), settings.ws()));
    } catch (RuntimeException e) {
      pool.close();
      engine.close();
      metrics.close();
      throw e;
    }
  }

  /** Whether a host is this machine alone. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** The address it serves. */
  public InetSocketAddress address() {
    return http.address();
  }

  /** The gate, to see who is inside. */
  public AdmissionGate gate() {
    return gate;
  }

  /** The batching engine, to see what runs. */
  public BatchingEngine engine() {
    return engine;
  }

  /**
   * Stops: takes nothing new, gives what runs up to {@code timeout}, ends the rest with an error
   * event, closes everything.
   */
  public void stop(Duration timeout) throws InterruptedException {
    gate.drain();
    engine.drain();
    http.stopAccepting();
    Duration work = timeout.minus(LAST_WORDS);
    if (!gate.awaitIdle(work.isNegative() ? Duration.ZERO : work)) {
      engine.close();
      gate.awaitIdle(LAST_WORDS);
    }
    http.awaitDrained(LAST_WORDS);
    close();
  }

  /** Stops without waiting for anything that runs. */
  @Override
  public void close() {
    gate.drain();
    engine.close();
    http.close();
    pool.close();
    metrics.close();
  }
}
