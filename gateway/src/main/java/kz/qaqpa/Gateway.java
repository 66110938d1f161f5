package kz.qaqpa;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.PrefixSalts;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingEngines;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.PromptBuilder;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.CorsSettings;
import kz.qaqpa.http.EdgeParts;
import kz.qaqpa.http.HttpGateway;
import kz.qaqpa.http.HttpSettings;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.http.TlsSettings;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.detect.Candidate;
import kz.qaqpa.http.labels.LabelParts;
import kz.qaqpa.http.usage.UsageReports;
import kz.qaqpa.http.wire.ErrorWriter;
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
import kz.qaqpa.watermark.Detector;
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
  private final UsageReports reports;
  private final HttpGateway http;

  private Gateway(
      AdmissionGate gate,
      BatchingEngine engine,
      TokenizePool pool,
      GatewayMetrics metrics,
      UsageReports reports,
      HttpGateway http) {
    this.gate = gate;
    this.engine = engine;
    this.pool = pool;
    this.metrics = metrics;
    this.reports = reports;
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
   * @param reports section {@code reports}
   */
  public record Settings(
      ServerSettings server,
      HttpSettings http,
      TlsSettings tls,
      CorsSettings cors,
      BatchingSettings batching,
      ResponsesSettings responses,
      WsSettings ws,
      ReportSettings reports) {}

  /**
   * What is written down.
   *
   * @param ledger where what was used is written
   * @param records what was written there
   * @param labels those that were written there
   */
  public record Books(Ledger ledger, UsageSource records, LabelRegistry labels) {}

  /**
   * Starts the step loop and serves.
   *
   * @param loaded the engine; closed with the gateway, also if this fails
   * @param model what it serves
   * @param gate who may come in, and what they may use; closed with the gateway
   * @param labelling what answers are labelled with; the caller closes it after the gateway
   * @param books what is written down; the caller closes them after the gateway
   * @param pages adds routes that are not of the API
   */
  public static Gateway start(
      Settings settings,
      EngineProvider.LoadedEngine loaded,
      ServedModel model,
      AdmissionGate gate,
      Labelling labelling,
      Books books,
      Consumer<HttpServerRoutes> pages) {
    EngineShape shape = loaded.engine().shape();
    Ledger ledger = books.ledger();
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
      metrics.watch(gate.identification());
      LabelStamper labels = labelling.of(new ContentLabel.Model(model.id(), loaded.modelDigest()));
      PromptBuilder prompts =
          new PromptBuilder(
              model,
              PrefixSalts.of(labelling.keys().salt()),
              labels,
              metrics,
              new SecureRandom(),
              settings.server().deadline());
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
      EdgeParts parts =
          new EdgeParts(
              gate,
              engine,
              pool,
              flow,
              responses,
              labelling,
              ledger,
              reports,
              errors,
              metrics,
              model,
              card,
              told(labelling, books.labels(), model),
              pages);
      return new Gateway(
          gate,
          engine,
          pool,
          metrics,
          reports,
          parts.bind(
              settings.server(), settings.http(), settings.tls(), settings.cors(), settings.ws()));
    } catch (RuntimeException e) {
      pool.close();
      engine.close();
      metrics.close();
      throw e;
    }
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

  /** What was used, for who may know. */
  public UsageReports reports() {
    return reports;
  }

  /** What is counted. */
  public GatewayMetrics metrics() {
    return metrics;
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
    gate.identification().close();
    engine.close();
    http.close();
    pool.close();
    metrics.close();
  }
}
