package kz.qaqpa.flow;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Permit;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.RateLimits;
import kz.qaqpa.tokenizer.CharacterMeter;
import org.jspecify.annotations.Nullable;

/**
 * What one request may use: reserved in all its quotas before anything is computed. Confined to the
 * thread that submits.
 */
final class Allowance {
  private final List<PromptBuilder.Built> requests;
  private final Grant grant;
  private final int answers;
  private int metered;

  private Allowance(List<PromptBuilder.Built> requests, Grant grant, int answers) {
    this.requests = requests;
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
      Generation generation, List<PromptBuilder.Built> requests, Permit permit) {
    Limits own = permit.application().limits();
    Limits agencys = permit.application().agency().limits();
    Integer mostInput = smaller(own.maxInputTokens(), agencys.maxInputTokens());
    Integer mostOutput = smaller(own.maxOutputTokens(), agencys.maxOutputTokens());
    if (mostInput != null) {
      checkPrompts(generation, requests, mostInput);
    }
    List<PromptBuilder.Built> shortened = requests;
    if (mostOutput != null) {
      checkAnswers(generation, mostOutput);
      shortened = capped(requests, mostOutput);
    }
    Grant grant = permit.reserve(demand(generation, shortened));
    return new Allowance(capped(shortened, grant.outputTokens()), grant, generation.answers());
  }

  private static void checkPrompts(
      Generation generation, List<PromptBuilder.Built> requests, int most) {
    for (int i = 0; i < requests.size(); i++) {
      int tokens = requests.get(i).request().prompt().length;
      if (tokens > most) {
        throw tooLong(generation.prompts().get(i).name(), tokens + " tokens", most);
      }
    }
  }

  private static void checkAnswers(Generation generation, int most) {
    Integer asked = generation.maxTokens();
    if (asked != null && asked > most) {
      throw tooLong(generation.maxTokensField(), asked.toString(), most);
    }
  }

  private static Refusal tooLong(String field, String found, int most) {
    return Refusal.BadRequest.value(field, found, "at most " + most + " for this application");
  }

  private static @Nullable Integer smaller(@Nullable Integer one, @Nullable Integer other) {
    return one == null ? other : other == null ? one : Integer.valueOf(Math.min(one, other));
  }

  private static List<PromptBuilder.Built> capped(List<PromptBuilder.Built> requests, int most) {
    return requests.stream().map(request -> request.capped(most)).toList();
  }

  private static Demand demand(Generation generation, List<PromptBuilder.Built> requests) {
    List<Integer> answers = new ArrayList<>(generation.answers());
    long tokens = 0;
    long characters = 0;
    for (PromptBuilder.Built built : requests) {
      tokens += built.request().prompt().length;
      characters += built.characters();
      for (int i = 0; i < generation.choices(); i++) {
        answers.add(built.request().maxTokens());
      }
    }
    return new Demand(tokens, characters, answers);
  }

  /** The requests with what was granted as the limits of their answers. */
  List<PromptBuilder.Built> requests() {
    return requests;
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
