package kz.qaqpa.batching;

/**
 * What a watchdog wants to know of a step loop.
 *
 * @param thread name of the loop's thread
 * @param alive whether the loop runs
 * @param broken whether it was ended by an error that nobody foresaw, not by its engine
 * @param inCallNanos how long the call of the engine under way has taken, 0 if there is none
 * @param steps calls of the engine so far
 * @param waiting requests that wait for a slot
 * @param stalled whether all that run wait for their consumers
 */
public record EnginePulse(
    String thread,
    boolean alive,
    boolean broken,
    long inCallNanos,
    long steps,
    int waiting,
    boolean stalled) {}
