package kz.qaqpa.http.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Whole JSON answers. Records here are the wire, name by name. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private Json() {}

  /** UTF-8 of a record of this class, or of one built of them. */
  public static byte[] bytes(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** An error body: all four members always. */
  public record ErrorBody(ErrorDetail error) {}

  /** What was wrong. */
  public record ErrorDetail(
      String message, String type, @Nullable String param, @Nullable String code) {}

  /** {@code usage}. */
  public record UsageBody(
      int promptTokens, int completionTokens, int totalTokens, PromptDetails promptTokensDetails) {

    /** The wire form of a usage. */
    public static UsageBody of(Usage usage) {
      return new UsageBody(
          usage.promptTokens(),
          usage.completionTokens(),
          usage.totalTokens(),
          new PromptDetails(usage.cachedTokens()));
    }
  }

  /** {@code usage.prompt_tokens_details}. */
  public record PromptDetails(int cachedTokens) {}

  /** {@code GET /v1/models}. */
  public record ModelList(String object, List<Model> data) {}

  /** One model. */
  public record Model(
      String id,
      String object,
      long created,
      String ownedBy,
      @JsonProperty("max_model_len") int maxModelLength,
      String digest) {}

  /** {@code GET /readyz} and {@code GET /livez}. */
  public record Health(
      String status, @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> reasons) {}
}
