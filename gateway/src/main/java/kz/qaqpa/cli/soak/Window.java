package kz.qaqpa.cli.soak;

/**
 * One stretch of a soak, as it was at its end. Memory in MiB, read after the gateway has collected
 * its garbage.
 *
 * @param second from the start of the load
 * @param rss resident memory of the process
 * @param direct memory outside the heap that Netty holds
 * @param heap in use
 * @param threads of the process
 * @param files open files and sockets
 * @param firstTokenP99 milliseconds to the first text, as clients saw them; NaN without any
 * @param tokenGapP99 milliseconds between two texts
 * @param answers that came to their end
 * @param refusals and failures
 * @param cpuSeconds of the process since it was started
 */
record Window(
    double second,
    double rss,
    double direct,
    double heap,
    double threads,
    double files,
    double firstTokenP99,
    double tokenGapP99,
    double answers,
    double refusals,
    double cpuSeconds) {}
