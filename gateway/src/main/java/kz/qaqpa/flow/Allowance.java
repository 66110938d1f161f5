package kz.qaqpa.flow;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Permit;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.RateLimits;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.tokenizer.CharacterMeter;
import kz.qaqpa.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * What one request may use: reserved in all its quotas before anything is computed. Confined to the
 * thread that submits.
 */
final class Allowance {
  private final List<GenerationRequest> requests;
  private final List<Long> promptCharacters;
  private final Grant grant;
  private final int answers;
  private int metered;

  private Allowance(
      List<GenerationRequest> requests, List<Long> promptCharacters, Grant grant, int answers) {
    this.requests = requests;
    this.promptCharacters = promptCharacters;
    this.grant = grant;
    this.answers = answers;
  }

  /**
   * Reserves prompts and answers.
   *
   * @param requests one for each prompt, as long as the model allows
   * @throws Refusal.BadRequest if a prompt or an answer is longer than the application may have
   * @throws Refusal.OverQuota if too little is left
   * @throws Refusal.BeyondQuota if a quota itself is too small
   */
  static Allowance reserve(
      Generation generation, List<GenerationRequest> requests, Tokenizer tokenizer, Permit permit) {
    Application application = permit.application();
    Integer mostInput =
        smaller(
            application.limits().maxInputTokens(), application.agency().limits().maxInputTokens());
    Integer mostOutput =
        smaller(
            application.limits().maxOutputTokens(),
            application.agency().limits().maxOutputTokens());
    checkLengths(generation, requests, mostInput, mostOutput);
    List<GenerationRequest> shortened =
        mostOutput == null ? requests : capped(requests, mostOutput);
    List<Long> characters =
        generation.prompts().stream().map(prompt -> characters(prompt, tokenizer)).toList();
    Grant grant = permit.reserve(demand(generation, shortened, characters));
    return new Allowance(
        capped(shortened, grant.outputTokens()), characters, grant, generation.answers());
  }

  private static void checkLengths(
      Generation generation,
      List<GenerationRequest> requests,
      @Nullable Integer mostInput,
      @Nullable Integer mostOutput) {
    for (int i = 0; mostInput != null && i < requests.size(); i++) {
      int tokens = requests.get(i).prompt().length;
      if (tokens > mostInput) {
        throw tooLong(generation.prompts().get(i).name(), tokens + " tokens", mostInput);
      }
    }
    Integer asked = generation.maxTokens();
    if (mostOutput != null && asked != null && asked > mostOutput) {
      throw tooLong(generation.maxTokensField(), asked.toString(), mostOutput);
    }
  }

  private static Refusal tooLong(String field, String found, int most) {
    return Refusal.BadRequest.value(field, found, "at most " + most + " for this application");
  }

  private static @Nullable Integer smaller(@Nullable Integer one, @Nullable Integer other) {
    return one == null ? other : other == null ? one : Integer.valueOf(Math.min(one, other));
  }

  private static List<GenerationRequest> capped(List<GenerationRequest> requests, int most) {
    return requests.stream()
        .map(request -> request.maxTokens() > most ? request.withMaxTokens(most) : request)
        .toList();
  }

  private static Demand demand(
      Generation generation, List<GenerationRequest> requests, List<Long> characters) {
    List<Integer> answers = new ArrayList<>(generation.answers());
    long tokens = 0;
    for (GenerationRequest request : requests) {
      tokens += request.prompt().length;
      for (int i = 0; i < generation.choices(); i++) {
        answers.add(request.maxTokens());
      }
    }
    return new Demand(tokens, characters.stream().mapToLong(Long::longValue).sum(), answers);
  }

  /** Characters of what was written; the template's own words are not counted. */
  private static long characters(Prompt prompt, Tokenizer tokenizer) {
    return switch (prompt) {
      case Prompt.Conversation talk ->
          talk.messages().stream()
              .mapToLong(message -> CharacterMeter.count(message.content()))
              .sum();
      case Prompt.Text text -> CharacterMeter.count(text.text());
      case Prompt.Tokens tokens -> CharacterMeter.count(tokenizer.decode(tokens.ids(), true));
    };
  }

  /** The requests with what was granted as the limits of their answers. */
  List<GenerationRequest> requests() {
    return requests;
  }

  /** Characters of a prompt's text. */
  long promptCharacters(int prompt) {
    return promptCharacters.get(prompt);
  }

  /** How the limits stand with this request in them. */
  RateLimits rates() {
    return grant.rates();
  }

  /**
   * A meter for the next answer. The request's characters are shared out evenly, what is left over
   * one each to the first answers; what one does not use is not another's.
   */
  CharacterMeter nextMeter() {
    long granted = grant.characters();
    if (granted == Long.MAX_VALUE) {
      return new CharacterMeter(granted);
    }
    long share = granted / answers + (metered < granted % answers ? 1 : 0);
    metered++;
    return new CharacterMeter(share);
  }
}
