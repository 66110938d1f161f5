package kz.qaqpa.admin.console;

import java.util.List;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.usage.QueryParameters;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * {@code GET /admin/series}: the engine second by second, for charts; {@code after} is the time of
 * the last sample that one has.
 */
public final class SeriesAction implements AdminAction {
  private final LiveSeries series;

  public SeriesAction(LiveSeries series) {
    this.series = series;
  }

  /** The answer; at most {@value LiveSeries#KEPT} samples. */
  record Body(List<Sample> samples) {}

  @Override
  public boolean isAt(String path) {
    return path.equals("/admin/series");
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Right right() {
    return Right.METRICS;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    QueryParameters parameters = new QueryParameters(exchange.request().uri());
    double after = time(parameters.take("after"));
    parameters.end("after");
    return exchange.json(200, Json.bytes(new Body(series.after(after))));
  }

  private static double time(@Nullable String after) {
    try {
      double time = after == null ? 0 : Double.parseDouble(after);
      if (Double.isFinite(time)) {
        return time;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw Refusal.BadRequest.value(
        "after", Shown.text(String.valueOf(after)), "seconds since 1970, such as 1790000000.5");
  }
}
