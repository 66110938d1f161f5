package kz.qaqpa.http.api.responses;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import java.util.List;
import java.util.Map;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.TokenLogprob;
import kz.qaqpa.http.api.Usage;
import org.jspecify.annotations.Nullable;

/** The objects of the Responses interface, name by name. */
public final class ResponseJson {
  private ResponseJson() {}

  /** A response, as far as it has come. Null members are written unless said otherwise. */
  public record Response(
      String id,
      String object,
      long createdAt,
      String status,
      boolean background,
      @Nullable Long completedAt,
      @Nullable Failure error,
      @Nullable IncompleteDetails incompleteDetails,
      @Nullable String instructions,
      @Nullable Integer maxOutputTokens,
      String model,
      List<Item> output,
      boolean parallelToolCalls,
      @Nullable String previousResponseId,
      @Nullable String promptCacheKey,
      Reasoning reasoning,
      @Nullable String safetyIdentifier,
      String serviceTier,
      boolean store,
      double temperature,
      TextOptions text,
      String toolChoice,
      List<String> tools,
      int topLogprobs,
      double topP,
      String truncation,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable UsageBody usage,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String user,
      Map<String, String> metadata,
      @JsonRawValue String contentLabel) {}

  /** Why a response failed; the schema lists the codes. */
  public record Failure(String code, String message) {}

  /** Why a response is shorter than the model wanted. */
  public record IncompleteDetails(String reason) {}

  /** There is none. */
  public record Reasoning(@Nullable String effort, @Nullable String summary) {}

  /** {@code text}. */
  public record TextOptions(TextFormat format) {}

  /** {@code text.format}. */
  public record TextFormat(String type) {}

  /** {@code usage}. */
  public record UsageBody(
      int inputTokens,
      InputDetails inputTokensDetails,
      int outputTokens,
      OutputDetails outputTokensDetails,
      int totalTokens) {

    /** The wire form of a usage. */
    public static UsageBody of(Usage usage) {
      return new UsageBody(
          usage.promptTokens(),
          new InputDetails(usage.cachedTokens(), 0),
          usage.completionTokens(),
          new OutputDetails(0),
          usage.totalTokens());
    }
  }

  /**
   * {@code usage.input_tokens_details}. Nobody pays for writing a cache here: always 0 of these.
   */
  public record InputDetails(int cachedTokens, int cacheWriteTokens) {}

  /** {@code usage.output_tokens_details}. */
  public record OutputDetails(int reasoningTokens) {}

  /** A message of a conversation, the answer or one of its inputs. */
  public record Item(String id, String type, String status, String role, List<Part> content) {

    /** A message that is complete. */
    public static Item of(String id, ChatMessage message) {
      Part part =
          message.role().equals("assistant")
              ? new OutputText("output_text", message.content(), List.of(), List.of())
              : new InputText("input_text", message.content());
      return new Item(id, "message", "completed", message.role(), List.of(part));
    }
  }

  /** A part of a message. */
  public sealed interface Part {}

  /** What somebody told the model. */
  public record InputText(String type, String text) implements Part {}

  /** What the model said. */
  public record OutputText(
      String type, String text, List<String> annotations, List<TokenLogprob> logprobs)
      implements Part {}

  /** {@code response.created}, {@code .in_progress} and the events that end a response. */
  public record StateEvent(String type, Response response, long sequenceNumber) {}

  /** {@code response.output_item.added} and {@code .done}. */
  public record ItemEvent(String type, int outputIndex, Item item, long sequenceNumber) {}

  /** {@code response.content_part.added} and {@code .done}. */
  public record PartEvent(
      String type,
      String itemId,
      int outputIndex,
      int contentIndex,
      Part part,
      long sequenceNumber) {}

  /** {@code response.output_text.done}. */
  public record TextDoneEvent(
      String type,
      String itemId,
      int outputIndex,
      int contentIndex,
      String text,
      List<TokenLogprob> logprobs,
      long sequenceNumber) {}

  /** {@code GET /v1/responses/{id}/input_items}. */
  public record ItemList(
      String object, List<Item> data, String firstId, String lastId, boolean hasMore) {}

  /** {@code DELETE /v1/responses/{id}}. */
  public record Deleted(String id, String object, boolean deleted) {}
}
