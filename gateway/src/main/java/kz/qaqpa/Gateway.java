package kz.qaqpa;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.PrefixSalts;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingEngines;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.PromptBuilder;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.guard.Bulkhead;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.health.EngineRestarts;
import kz.qaqpa.health.Readiness;
import kz.qaqpa.health.Watchdog;
import kz.qaqpa.health.WatchdogSettings;
import kz.qaqpa.http.CorsSettings;
import kz.qaqpa.http.EdgeParts;
import kz.qaqpa.http.HttpGateway;
import kz.qaqpa.http.HttpSettings;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.http.TlsSettings;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.detect.Candidate;
import kz.qaqpa.http.labels.LabelParts;
import kz.qaqpa.http.route.BodyReader;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.usage.UsageReports;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.stamp.LabelStamper;
import kz.qaqpa.label.stamp.Labelling;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.label.LabelRegistry;
import kz.qaqpa.metrics.EngineSource;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.report.ReportSettings;
import kz.qaqpa.report.UsageSource;
import kz.qaqpa.responses.ResponseStore;
import kz.qaqpa.responses.ResponsesFlow;
import kz.qaqpa.responses.ResponsesSettings;
import kz.qaqpa.trace.RequestWatch;
import kz.qaqpa.trace.Tracing;
import kz.qaqpa.trace.TracingSettings;
import kz.qaqpa.watermark.Detector;
import kz.qaqpa.ws.Sessions;
import kz.qaqpa.ws.WsSettings;
import kz.qaqpa.ws.door.SocketDoor;
import reactor.netty.http.server.HttpServerRoutes;

/** A running gateway: the parts, wired by hand, and their end in the right order. */
public final class Gateway implements AutoCloseable {
  /**
   * What streams that are ended at shutdown get at most to send their last event: milliseconds will
   * do, unless the machine is very busy or a client does not read.
   */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  /** What is kept for that of the time in which answers may finish. */
  private static final Duration KEPT = Duration.ofMillis(500);

  private final AdmissionGate gate;
  private final BatchingEngine engine;
  private final TokenizePool pool;
  private final GatewayMetrics metrics;
  private final Tracing tracing;
  private final RequestWatch watch;
  private final Readiness readiness;
  private final UsageReports reports;
  private final Shared shared;
  private final HttpGateway http;
  private final Watchdog watchdog;
  private final Guards guards;
  private volatile Runnable whenHung = () -> {};

  private Gateway(
      AdmissionGate gate,
      BatchingEngine engine,
      TokenizePool pool,
      GatewayMetrics metrics,
      Tracing tracing,
      RequestWatch watch,
      Readiness readiness,
      UsageReports reports,
      Shared shared,
      Guards guards,
      WatchdogSettings watchdog,
      HttpGateway http) {
    this.gate = gate;
    this.engine = engine;
    this.pool = pool;
    this.metrics = metrics;
    this.tracing = tracing;
    this.watch = watch;
    this.readiness = readiness;
    this.reports = reports;
    this.shared = shared;
    this.http = http;
    this.watchdog = new Watchdog(engine, watchdog, this::giveUp);
    this.guards = guards;
    this.watchdog.guard(guards);
    readiness.heed(this.watchdog::reasons);
    readiness.notice(guards::details);
    readiness.notice(http::details);
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
   * @param reports section {@code reports}
   * @param tracing section {@code tracing}
   * @param watchdog section {@code watchdog}
   */
  public record Settings(
      ServerSettings server,
      HttpSettings http,
      TlsSettings tls,
      CorsSettings cors,
      BatchingSettings batching,
      ResponsesSettings responses,
      WsSettings ws,
      ReportSettings reports,
      TracingSettings tracing,
      WatchdogSettings watchdog) {}

  /**
   * What computes.
   *
   * @param first the engine to begin with
   * @param again opens another one of the same shape after it failed for good; called by the step
   *     loop's thread
   */
  public record Engines(EngineProvider.LoadedEngine first, Supplier<Engine> again) {}

  /**
   * What is written down.
   *
   * @param ledger where what was used is written
   * @param records what was written there
   * @param labels those that were written there
   */
  public record Books(Ledger ledger, UsageSource records, LabelRegistry labels) {}

  /**
   * What other ports may offer, too.
   *
   * @param sockets sessions over WebSocket
   * @param verifying {@code POST /v1/labels/verify}
   */
  public record Shared(SocketDoor sockets, Route verifying) {}

  /**
   * Starts the step loop and serves.
   *
   * @param engines the engine is closed with the gateway, also if this fails
   * @param model what it serves
   * @param gate who may come in, and what they may use; closed with the gateway
   * @param labelling what answers are labelled with; the caller closes it after the gateway
   * @param books what is written down; the caller closes them after the gateway
   * @param pages adds routes that are not of the API
   */
  public static Gateway start(
      Settings settings,
      Engines engines,
      ServedModel model,
      AdmissionGate gate,
      Labelling labelling,
      Books books,
      Consumer<HttpServerRoutes> pages) {
    EngineProvider.LoadedEngine loaded = engines.first();
    EngineShape shape = loaded.engine().shape();
    EngineRestarts restarts = new EngineRestarts(engines.again(), settings.watchdog());
    Ledger ledger = books.ledger();
    GatewayMetrics metrics = new GatewayMetrics(model.id());
    BatchingEngine engine =
        BatchingEngines.start(
            loaded.engine(),
            restarts,
            model.id(),
            settings.batching(),
            (_, tokens, _) -> metrics.step(tokens));
    TokenizePool pool =
        new TokenizePool(settings.http().tokenizers(), settings.http().tokenizeQueue());
    ServerSettings server = settings.server();
    Tracing tracing = Tracing.open(settings.tracing(), server.host() + ":" + server.port());
    RequestWatch watch = new RequestWatch(metrics, tracing.spans());
    Readiness readiness = new Readiness(gate, engine);
    Guards guards = guards(settings.batching(), restarts, engine, pool, gate.quotas());
    try {
      metrics.watch(new EngineSource(engine::stats, shape));
      metrics.watch(loaded.gauges());
      metrics.watch(gate.quotas());
      metrics.watch(gate.identification());
      metrics.watch(readiness);
      metrics.watch(restarts);
      metrics.watch(guards);
      LabelStamper labels = labelling.of(new ContentLabel.Model(model.id(), loaded.modelDigest()));
      PromptBuilder prompts =
          new PromptBuilder(
              model,
              PrefixSalts.of(labelling.keys().salt()),
              labels,
              metrics,
              new SecureRandom(),
              server.deadline());
      ChatFlow flow = new ChatFlow(gate, pool, model, prompts, engine, labels, ledger, metrics);
      ResponsesFlow responses =
          new ResponsesFlow(flow, model, new ResponseStore(settings.responses()), labels);
      Json.Model card =
          Json.Model.of(
              model.id(),
              Instant.now().getEpochSecond(),
              model.contextLength(),
              loaded.modelDigest(),
              model.card());
      ErrorWriter errors = new ErrorWriter(metrics, ledger);
      UsageReports reports =
          new UsageReports(books.records(), InstantSource.system(), settings.reports(), errors);
      LabelParts told = told(labelling, books.labels(), model);
      SocketDoor sockets =
          new SocketDoor(
              new JsonDoor(
                  gate,
                  new BodyReader(settings.http().maxBodyBytes(), settings.http().bodyTimeout()),
                  pool),
              gate,
              new Sessions(
                  settings.ws(), gate.identification(), responses, pool, errors, metrics, watch),
              settings.ws(),
              new AiDisclosure(model.id()));
      EdgeParts parts =
          new EdgeParts(
              gate, pool, flow, responses, labelling, ledger, reports, errors, metrics, watch,
              readiness, model, card, told, sockets, pages);
      return new Gateway(
          gate,
          engine,
          pool,
          metrics,
          tracing,
          watch,
          readiness,
          reports,
          new Shared(sockets, told.verifying(settings.http())),
          guards,
          settings.watchdog(),
          parts.bind(server, settings.http(), settings.tls(), settings.cors()));
    } catch (RuntimeException e) {
      pool.close();
      engine.close();
      tracing.close();
      metrics.close();
      throw e;
    }
  }

  private static Guards guards(
      BatchingSettings batching,
      EngineRestarts restarts,
      BatchingEngine engine,
      TokenizePool pool,
      QuotaStore quotas) {
    Guards guards = new Guards();
    restarts.guard(guards);
    quotas.guard(guards);
    pool.guard(guards);
    guards.add(new Bulkhead("engine", batching.queueRequests(), () -> engine.stats().waiting()));
    return guards;
  }

  private static LabelParts told(Labelling labelling, LabelRegistry labels, ServedModel model) {
    return new LabelParts(
        labelling.keys().ring(),
        labels,
        labelling.verificationsPerMinute(),
        List.of(
            new Candidate(
                model.id(), new Detector(model.tokenizer(), List.of(labelling.watermark())))),
        application -> application.terms().detectLabels(),
        InstantSource.system());
  }

  /** The address it serves. */
  public InetSocketAddress address() {
    return http.address();
  }

  /** The gate, to see who is inside. */
  public AdmissionGate gate() {
    return gate;
  }

  /** What other ports may offer, too. */
  public Shared shared() {
    return shared;
  }

  /** What was used, for who may know. */
  public UsageReports reports() {
    return reports;
  }

  /** What is counted. */
  public GatewayMetrics metrics() {
    return metrics;
  }

  /** Sees requests begin and end. */
  public RequestWatch watch() {
    return watch;
  }

  /** Whether it should be sent requests. */
  public Readiness readiness() {
    return readiness;
  }

  /** What guards it against what it stands on; others may add theirs. */
  public Guards guards() {
    return guards;
  }

  /** The batching engine, to see what runs. */
  public BatchingEngine engine() {
    return engine;
  }

  /**
   * Stops: takes nothing new, gives what runs up to {@code timeout}, or until {@link #hurry}, ends
   * the rest with an error event, closes everything.
   */
  public void stop(Duration timeout) throws InterruptedException {
    gate.drain();
    engine.drain();
    http.stopAccepting();
    Duration work = timeout.minus(KEPT);
    if (!gate.awaitIdle(work.isNegative() ? Duration.ZERO : work)) {
      engine.close();
      gate.awaitIdle(LAST_WORDS);
    }
    http.awaitDrained(LAST_WORDS);
    close();
  }

  /**
   * Has something done when the engine hangs for good or its loop is broken, after clients were
   * told and what was used was handed to the ledger: to write that down and leave. On the
   * watchdog's thread.
   */
  public void whenHung(Runnable leave) {
    whenHung = leave;
  }

  /** Nothing here can make it work again; everybody who waits for it is told. */
  private void giveUp() {
    gate.drain();
    http.stopAccepting();
    gate.revokeAll(new Refusal.EngineFailed("engine: does not answer any more"));
    try {
      gate.awaitIdle(LAST_WORDS);
      http.awaitDrained(LAST_WORDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    whenHung.run();
  }

  /** Gives what runs no more time to finish while it is being stopped. Any thread. */
  public void hurry() {
    gate.hurry();
  }

  /** Stops without waiting for anything that runs. */
  @Override
  public void close() {
    gate.drain();
    gate.identification().close();
    watchdog.close();
    engine.close();
    http.close();
    pool.close();
    tracing.close();
    metrics.close();
  }
}
