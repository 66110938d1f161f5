package kz.qaqpa.ws;

import java.util.function.Function;
import kz.qaqpa.admission.Application;
import kz.qaqpa.flow.RequestTrace;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.node.ObjectNode;

/** What makes the answers of one session: the Responses API's pipeline, as much as lanes need. */
interface Answerer {

  /**
   * Makes one answer.
   *
   * @param respond called on the event loop once the answer is being made; what it returns has sent
   *     it when it completes
   * @return ends with the answer, or with a refusal; cancelling it leaves nothing behind
   */
  Mono<Void> run(Question question, Function<Reply, Publisher<Void>> respond);

  /**
   * What is asked.
   *
   * @param body body of a request to {@code POST /v1/responses}
   * @param application who asks
   * @param trace what is noted of it
   * @param edge the connection's event loop
   */
  record Question(ObjectNode body, Application application, RequestTrace trace, Scheduler edge) {}

  /** An answer in the making. Confined to the event loop. */
  interface Reply {
    /** {@code resp_…}. */
    String id();

    /** Its events up to the terminal one; to be subscribed once. */
    Flux<Event> events();

    /** One more {@code response.in_progress}, to be sent next. */
    Event inProgress();

    /** Ends it: its events end with a terminal one that says so. */
    void cancel();
  }

  /** One event of the Responses API. */
  interface Event {
    /**
     * UTF-8 of its JSON object.
     *
     * @param streamId the lane, or null for the default one
     */
    byte[] json(@Nullable String streamId);
  }
}
