package kz.qaqpa.tap;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One request and its answer, as they went over the wire.
 *
 * @param method the request's method
 * @param target the request's path and query
 * @param requestHeaders names in lower case
 * @param status status of the answer
 * @param headers of the answer, names in lower case
 * @param body of the answer, as far as it came; empty after an upgrade
 * @param frames text messages that the server sent after an upgrade to WebSocket
 * @param complete whether the answer came whole
 */
public record WireExchange(
    String method,
    String target,
    Map<String, String> requestHeaders,
    int status,
    Map<String, String> headers,
    String body,
    List<String> frames,
    boolean complete) {

  /** An answer that a client read whole. */
  public static WireExchange of(HttpResponse<String> response) {
    Map<String, String> headers = new LinkedHashMap<>();
    response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
    return new WireExchange(
        response.request().method(),
        response.uri().getRawPath(),
        Map.of(),
        response.statusCode(),
        headers,
        response.body(),
        List.of(),
        true);
  }

  /** The path without its query. */
  public String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** The media type of the answer without parameters, or "". */
  public String mediaType() {
    String type = headers.getOrDefault("content-type", "");
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip();
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
