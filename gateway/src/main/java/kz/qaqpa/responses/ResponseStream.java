package kz.qaqpa.responses;

import java.util.function.Supplier;
import kz.qaqpa.flow.AnswerLabel;
import kz.qaqpa.responses.event.ResponseEvent;
import reactor.core.publisher.Flux;

/**
 * A response whose making has begun. Confined to the event loop.
 *
 * @param id {@code resp_…}, in every event that carries the response
 * @param provider id of the agency that gives it
 * @param created seconds since 1970
 * @param label of its answer
 * @param events its events in order, to be subscribed once. The last one has an {@link
 *     ResponseEvent#end()}; a failure is such an event, not an error signal. An event is numbered
 *     when it is delivered, and not before it is requested. Cancelling ends the sequence
 * @param stillInProgress {@code response.in_progress} once more, with the next number: for a
 *     silence. Only between the first event and the last, and only when every event delivered so
 *     far has been sent, or its number would come out of order
 */
public record ResponseStream(
    String id,
    String provider,
    long created,
    AnswerLabel label,
    Flux<ResponseEvent> events,
    Supplier<ResponseEvent> stillInProgress) {}
