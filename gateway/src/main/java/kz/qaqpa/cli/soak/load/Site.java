package kz.qaqpa.cli.soak.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What all users share.
 *
 * @param api where the gateway is
 * @param model that is asked
 * @param http for those who behave
 */
public record Site(URI api, String model, HttpClient http, Prompts prompts, Outcomes outcomes) {
  static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** A question of a chat. */
  String chat(RandomGenerator random, boolean stream, int maxTokens) {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", model).put("stream", stream).put("max_tokens", maxTokens);
    body.putArray("messages").addObject().put("role", "user").put("content", prompts.next(random));
    return body.toString();
  }

  /** A request to be sent as it should be. */
  HttpRequest post(String path, String key, String body) {
    return HttpRequest.newBuilder(api.resolve(path))
        .header("Authorization", "Bearer " + key)
        .header("Content-Type", "application/json")
        .timeout(PATIENCE)
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  /** The bytes of a request, for those who do not. */
  byte[] raw(String key, String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: "
            + api.getAuthority()
            + "\r\nAuthorization: Bearer "
            + key
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + content.length
            + "\r\n\r\n";
    return concat(head.getBytes(StandardCharsets.US_ASCII), content);
  }

  private static byte[] concat(byte[] head, byte[] body) {
    byte[] whole = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    return whole;
  }
}
