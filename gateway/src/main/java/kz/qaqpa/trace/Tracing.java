package kz.qaqpa.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends spans to a collector by OTLP over HTTP, in batches, from a thread of its own. While the
 * collector is away spans wait, and are dropped when too many do; requests never wait. Off unless
 * there is an address.
 */
public final class Tracing implements AutoCloseable {
  private static final String NAME = "kz.qaqpa";
  private static final long LAST_BATCH_SECONDS = 3;

  private final @Nullable SdkTracerProvider provider;
  private final RequestSpans spans;

  private Tracing(@Nullable SdkTracerProvider provider) {
    this.provider = provider;
    this.spans = new RequestSpans(provider == null ? null : provider.get(NAME));
  }

  /** Spans go nowhere; requests still get the id of a trace. */
  public static Tracing off() {
    return new Tracing(null);
  }

  /**
   * Opens what section {@code tracing} says; connects to nobody yet.
   *
   * @param instance what this gateway is called among several, such as its address
   */
  public static Tracing open(TracingSettings settings, String instance) {
    if (settings.endpoint().isEmpty()) {
      return off();
    }
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(settings.endpoint())
            .setTimeout(settings.timeout())
            .setCompression("gzip")
            .build();
    return new Tracing(
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "qaqpa",
                        AttributeKey.stringKey("service.instance.id"),
                        instance)))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sample())))
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter)
                    .setMaxQueueSize(settings.queue())
                    .setMaxExportBatchSize(Math.min(512, settings.queue()))
                    .setExporterTimeout(settings.timeout())
                    .build())
            .build());
  }

  /** Makes the spans of requests. */
  public RequestSpans spans() {
    return spans;
  }

  /** Sends what waits, for a few seconds at most. */
  @Override
  public void close() {
    if (provider != null) {
      provider.shutdown().join(LAST_BATCH_SECONDS, TimeUnit.SECONDS);
    }
  }
}
