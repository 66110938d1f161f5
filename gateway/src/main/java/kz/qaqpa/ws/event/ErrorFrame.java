package kz.qaqpa.ws.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.HttpError;
import org.jspecify.annotations.Nullable;

/**
 * An error as clients of a session read it: the session lives on.
 *
 * @param type always {@code error}
 * @param status what HTTP would have answered
 * @param streamId the lane, absent for the default lane: the SDK drops a null
 * @param error all of type, code, message and param always
 */
public record ErrorFrame(
    String type,
    int status,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String streamId,
    Detail error) {

  /**
   * What was wrong.
   *
   * @param headers what HTTP would have said beside it: when to try again
   */
  public record Detail(
      String type,
      @Nullable String code,
      String message,
      @Nullable String param,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> headers) {}

  /** The frame's text. */
  public static byte[] of(HttpError error, @Nullable String streamId) {
    Json.ErrorDetail body = error.body();
    long wait = error.retry().afterSeconds();
    Detail detail =
        new Detail(
            body.type(),
            body.code(),
            body.message(),
            body.param(),
            wait > 0 ? Map.of("retry-after", Long.toString(wait)) : Map.of());
    return Json.bytes(new ErrorFrame("error", error.status(), streamId, detail));
  }
}
