package kz.qaqpa.responses.event;

import java.util.List;
import kz.qaqpa.engine.model.GenerationDefaults;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.api.Usage;
import kz.qaqpa.http.api.responses.ResponseJson;
import kz.qaqpa.http.api.responses.ResponsesRequest;
import org.jspecify.annotations.Nullable;

/**
 * What of a response object is known when its making begins. Immutable; any thread.
 *
 * @param id of the response
 * @param created seconds since 1970
 * @param request what was asked
 * @param defaults what holds where the request says nothing
 * @param label what is known of its label, a JSON object
 */
public record ResponseDraft(
    String id, long created, ResponsesRequest request, GenerationDefaults defaults, String label) {
  private static final String IN_PROGRESS = "in_progress";

  /**
   * How a response ended.
   *
   * @param status {@code completed}, {@code incomplete}, {@code failed} or {@code cancelled}
   * @param completed seconds since 1970, for {@code completed} only
   * @param reason why it is {@code incomplete}, else null
   * @param failure why it is {@code failed}, else null
   */
  record Outcome(
      String status,
      @Nullable Long completed,
      @Nullable String reason,
      ResponseJson.@Nullable Failure failure) {}

  /** The object while nothing has been said. */
  public ResponseJson.Response inProgress() {
    return object(new Outcome(IN_PROGRESS, null, null, null), List.of(), null, label);
  }

  /**
   * The object of a response that has ended.
   *
   * @param signed its label, a JSON object
   */
  ResponseJson.Response ended(
      Outcome outcome, List<ResponseJson.Item> output, Usage usage, String signed) {
    return object(outcome, output, ResponseJson.UsageBody.of(usage), signed);
  }

  private ResponseJson.Response object(
      Outcome outcome,
      List<ResponseJson.Item> output,
      ResponseJson.@Nullable UsageBody usage,
      String contentLabel) {
    ResponsesRequest.Echo echo = request.echo();
    SamplingOptions sampling = request.sampling();
    return new ResponseJson.Response(
        id,
        "response",
        created,
        outcome.status(),
        false,
        outcome.completed(),
        outcome.failure(),
        outcome.reason() == null ? null : new ResponseJson.IncompleteDetails(outcome.reason()),
        request.instructions(),
        request.maxOutputTokens(),
        request.model(),
        output,
        echo.parallelToolCalls(),
        request.previousResponseId(),
        echo.promptCacheKey(),
        new ResponseJson.Reasoning(null, null),
        echo.safetyIdentifier(),
        "default",
        request.store(),
        or(sampling.temperature(), defaults.temperature()),
        new ResponseJson.TextOptions(new ResponseJson.TextFormat("text")),
        echo.toolChoice(),
        List.of(),
        Math.max(0, sampling.topLogprobs()),
        or(sampling.topP(), defaults.topP()),
        request.dropOldest() ? "auto" : "disabled",
        usage,
        echo.user(),
        echo.metadata(),
        contentLabel);
  }

  private static double or(@Nullable Double value, double fallback) {
    return value == null ? fallback : value;
  }
}
