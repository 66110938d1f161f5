package kz.qaqpa.flow;

import kz.qaqpa.batching.GenerationRequest;

/**
 * A prompt that is ready to be submitted.
 *
 * @param request what the engine is told
 * @param echo what the answer begins with, possibly nothing
 * @param tail its last tokens, where a letter may have begun that the answer ends; else none
 */
@SuppressWarnings("ArrayRecordComponent") // Read by one owner; no copies.
record ReadyPrompt(GenerationRequest request, String echo, int[] tail) {}
