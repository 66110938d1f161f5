package kz.qaqpa.flow;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An answer whose making has begun: the point from which a status of 200 is sure.
 *
 * @param id {@code chatcmpl-…}, {@code cmpl-…} or {@code resp_…}
 * @param created seconds since 1970
 * @param model id of the model
 * @param provider id of the agency that gives it
 * @param choices how many choices it has
 * @param label what it is, and who answers for it
 * @param parts text of its choices, with the words of the notice, as it comes, on the connection's
 *     event loop: of each choice in order, of different ones in any; each choice ends with a part
 *     with an {@link AnswerPart.Ending}, the last of them with the usage. Or a {@link
 *     kz.qaqpa.admission.Refusal}. To be subscribed once
 * @param settled ends the answer if it still runs, and completes on the event loop when what it
 *     used is counted and written down, as it is before the last part comes
 */
public record Answer(
    String id,
    long created,
    String model,
    String provider,
    int choices,
    AnswerLabel label,
    Flux<AnswerPart> parts,
    Mono<Void> settled) {}
