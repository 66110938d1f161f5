package kz.qaqpa.batching;

/**
 * A reading of the step loop. Counters grow from the start of the process; each field is exact, the
 * set is not one instant.
 *
 * @param running sequences that hold a slot
 * @param waiting sequences in the queue, and those that gave up their slots
 * @param stalled running sequences whose consumer has no room
 * @param slots KV slots in all
 * @param kvTokensUsed valid tokens in slots held by running sequences
 * @param kvTokensCapacity tokens that all slots can hold
 * @param steps calls of {@code Engine.execute}
 * @param stepRows rows of all those calls
 * @param promptTokens prompt tokens accepted, cached or not; once for all choices of a request,
 *     except for one that has to read the prompt again, see {@code ChoiceGroup}
 * @param computedPromptTokens prompt tokens that the engine was asked to compute
 * @param cachedPromptTokens prompt tokens found in the prefix cache and not computed; what a
 *     request had before it was preempted is no hit
 * @param hostCachedPromptTokens those of them that came from host blocks
 * @param outputTokens tokens delivered
 * @param finished sequences that ended by themselves
 * @param cancelled sequences whose consumer left
 * @param failed sequences ended by a {@link GenerationFailure}
 * @param preemptions how often a sequence gave up its slot for another
 * @param recomputedTokens tokens computed once more for those that did
 * @param restoredTokens tokens brought back for them, from host blocks or slots
 * @param hostBlocks host blocks in all
 * @param hostBlocksUsed host blocks with content
 * @param hostBlocksHeld those that preempted sequences hold
 * @param ringDepth requests on their way to the step loop
 * @param ringCapacity of those at most
 * @param engineNanos time inside {@code Engine}
 * @param loopNanos time of the loop outside {@code Engine} while it had work
 */
public record BatchingStats(
    int running,
    int waiting,
    int stalled,
    int slots,
    long kvTokensUsed,
    long kvTokensCapacity,
    long steps,
    long stepRows,
    long promptTokens,
    long computedPromptTokens,
    long cachedPromptTokens,
    long hostCachedPromptTokens,
    long outputTokens,
    long finished,
    long cancelled,
    long failed,
    long preemptions,
    long recomputedTokens,
    long restoredTokens,
    int hostBlocks,
    int hostBlocksUsed,
    int hostBlocksHeld,
    int ringDepth,
    int ringCapacity,
    long engineNanos,
    long loopNanos) {}
