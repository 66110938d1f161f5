package kz.qaqpa.flow;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.RateLimits;
import kz.qaqpa.tokenizer.CharacterMeter;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What one request may use: reserved in all its quotas before anything is computed. Confined to the
 * thread that submits.
 */
final class Allowance {
  private final List<ReadyPrompt> prompts;
  private final Grant grant;
  private final int answers;
  private int metered;

  private Allowance(List<ReadyPrompt> prompts, Grant grant, int answers) {
    this.prompts = prompts;
    this.grant = grant;
    this.answers = answers;
  }

  /**
   * Reserves prompts and answers.
   *
   * @param prompts with answers as long as the model allows
   * @return {@link Refusal.OverQuota} if too little is left, {@link Refusal.BeyondQuota} if a quota
   *     itself is too small
   * @throws Refusal.BadRequest if a prompt or an answer is longer than the application may have
   */
  static Mono<Allowance> reserve(Generation generation, List<ReadyPrompt> prompts, Lease lease) {
    Application application = lease.permit().application();
    Limits own = application.limits();
    Limits agencys = application.agency().limits();
    Integer mostInput = smaller(own.maxInputTokens(), agencys.maxInputTokens());
    Integer mostOutput = smaller(own.maxOutputTokens(), agencys.maxOutputTokens());
    if (mostInput != null) {
      checkPrompts(generation, prompts, mostInput);
    }
    if (mostOutput != null) {
      checkAnswers(generation, mostOutput);
    }
    List<ReadyPrompt> shortened = mostOutput == null ? prompts : capped(prompts, mostOutput);
    return lease
        .reserve(demand(generation, shortened))
        .map(grant ->
            new Allowance(capped(shortened, grant.outputTokens()), grant, generation.answers()));
  }

  private static void checkPrompts(Generation generation, List<ReadyPrompt> prompts, int most) {
    for (int i = 0; i < prompts.size(); i++) {
      int tokens = prompts.get(i).tokens();
      if (tokens > most) {
        throw tooLong(generation.prompts().get(i).field(), tokens + " tokens", most);
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

  private static List<ReadyPrompt> capped(List<ReadyPrompt> prompts, int most) {
    return prompts.stream().map(prompt -> prompt.capped(most)).toList();
  }

  private static Demand demand(Generation generation, List<ReadyPrompt> prompts) {
    List<Integer> answers = new ArrayList<>(generation.answers());
    long tokens = 0;
    long characters = 0;
    for (ReadyPrompt prompt : prompts) {
      tokens += prompt.tokens();
      characters += prompt.characters();
      for (int i = 0; i < generation.choices(); i++) {
        answers.add(prompt.request().maxTokens());
      }
    }
    return new Demand(tokens, characters, answers);
  }

  /** The prompts with what was granted as the limits of their answers. */
  List<ReadyPrompt> prompts() {
    return prompts;
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
