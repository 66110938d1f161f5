package kz.qaqpa.flow;

import reactor.core.publisher.Flux;

/**
 * An answer whose making has begun: the point from which a status of 200 is sure.
 *
 * @param id {@code chatcmpl-…}
 * @param created seconds since 1970
 * @param model id of the model
 * @param provider id of the agency that gives it
 * @param parts its text as it comes, on the connection's event loop, ended by a part with an {@link
 *     AnswerPart.Ending}; or a {@link kz.qaqpa.admission.Refusal}. To be subscribed once
 */
public record Answer(
    String id, long created, String model, String provider, Flux<AnswerPart> parts) {}
