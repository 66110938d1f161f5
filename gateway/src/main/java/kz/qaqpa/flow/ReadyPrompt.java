package kz.qaqpa.flow;

import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.language.Language;

/**
 * A prompt that is ready to be submitted.
 *
 * @param request what the engine is told
 * @param characters characters of the text that was written, without the template's own words
 * @param language of the question in it
 * @param echo what the answer begins with, possibly nothing
 * @param tail its last tokens, where a letter may have begun that the answer ends; else none
 */
@SuppressWarnings("ArrayRecordComponent") // Read by one owner; no copies.
record ReadyPrompt(
    GenerationRequest request, long characters, Language language, String echo, int[] tail) {

  /** Tokens of the prompt. */
  int tokens() {
    return request.prompt().length;
  }

  /** The same with an answer of at most so many tokens. */
  ReadyPrompt capped(int most) {
    return request.maxTokens() > most
        ? new ReadyPrompt(request.withMaxTokens(most), characters, language, echo, tail)
        : this;
  }
}
