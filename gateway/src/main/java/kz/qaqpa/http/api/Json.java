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

  /**
   * One model: what OpenAI's clients read, and its card. What its files do not say is null.
   *
   * @param maxModelLength tokens of prompt and answer together, under vLLM's name
   * @param contextLength the same under the name that others read
   * @param digest of weights, tokenizer and configuration
   */
  public record Model(
      String id,
      String object,
      long created,
      String ownedBy,
      @JsonProperty("max_model_len") int maxModelLength,
      int contextLength,
      String digest,
      @Nullable List<String> languages,
      @Nullable String license,
      @Nullable String provenance,
      @Nullable List<String> baseModels) {

    /** A model with its card. */
    public static Model of(
        String id, long created, int contextLength, String digest, ModelCard card) {
      String owner = card.owner();
      return new Model(
          id,
          "model",
          created,
          owner == null ? "qaqpa" : owner, // OpenAI's clients require somebody.
          contextLength,
          contextLength,
          digest,
          card.languages(),
          card.license(),
          card.provenance(),
          card.baseModels());
    }
  }

  /**
   * {@code GET /readyz} and {@code GET /livez}.
   *
   * @param reasons why it is not ready
   * @param details what should be looked at all the same
   */
  public record Health(
      String status,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> reasons,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> details) {}
}
