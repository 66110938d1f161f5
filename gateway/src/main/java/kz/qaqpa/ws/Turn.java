package kz.qaqpa.ws;

import java.util.Objects;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.http.wire.HttpError;
import kz.qaqpa.responses.ResponseStream;
import kz.qaqpa.responses.ResponsesFlow;
import kz.qaqpa.responses.event.ResponseEvent;
import kz.qaqpa.ws.event.ErrorFrame;
import kz.qaqpa.ws.frame.Outbox;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * One response of a lane, from {@code response.create} to its last frame. Asks for events only as
 * its frames leave, {@value #WINDOW} ahead at most; beyond that its tokens wait in their ring, and
 * when that is full the scheduler passes over it. Confined to the event loop.
 */
final class Turn extends BaseSubscriber<ResponseEvent> {
  /** Frames of one response that may wait for the socket. */
  static final int WINDOW = 16;

  private final @Nullable String streamId;
  private final ResponsesFlow.Call call;
  private final SessionParts parts;
  private final Outbox outbox;
  private final Outbox.Line line;
  private final Runnable over;
  private final Disposable.Swap work = Disposables.swap();
  private @Nullable ResponseStream response;
  private @Nullable MonoSink<Void> sending;
  private int underway;
  private boolean begun;
  private boolean made;
  private boolean complete;
  private boolean spoke;
  private boolean ended;

  /**
   * A response that {@link #start} begins.
   *
   * @param over called once, when nothing of it is left
   */
  Turn(
      @Nullable String streamId,
      ResponsesFlow.Call call,
      SessionParts parts,
      Outbox outbox,
      Runnable over) {
    this.streamId = streamId;
    this.call = call;
    this.parts = parts;
    this.outbox = outbox;
    this.line = outbox.line(this::sent);
    this.over = over;
  }

  void start() {
    work.update(
        Mono.defer(() -> parts.flow().run(call, this::respond))
            .subscribe(null, this::refused, () -> end(false)));
  }

  /** Whether it is this response; before the engine has it, it has no id. */
  boolean is(String responseId) {
    return response != null && response.id().equals(responseId);
  }

  /** Its client wants no more of it; the lane goes on. */
  void stop() {
    if (response != null) {
      // Its events end with a terminal one that says so.
      parts.flow().store().cancel(call.application(), response.id()).subscribe();
      return;
    }
    work.dispose();
    refused(
        new Refusal.BadRequest(
            null, "response_cancelled", "response: cancelled before it was begun"));
  }

  /** The session is over. */
  void abandon() {
    work.dispose();
    end(true);
  }

  /** To be called once an interval: fills silence with the state of things. */
  void tick() {
    if (response != null && begun && !made && !spoke && line.waiting() == 0) {
      line.add(response.stillInProgress().get().json(streamId));
    }
    spoke = false;
  }

  private Publisher<Void> respond(ResponseStream stream) {
    response = stream;
    trace().answered(200);
    return Mono.create(sink -> {
      sending = sink;
      sink.onCancel(this);
      stream.events().subscribe(this);
    });
  }

  @Override
  protected void hookOnSubscribe(Subscription subscription) {
    ask();
  }

  @Override
  protected void hookOnNext(ResponseEvent event) {
    underway--;
    begun = true;
    spoke = true;
    ResponseEvent.End end = event.end();
    if (end != null) {
      made = true;
      if (end.failure() != null) {
        parts.errors().late(trace(), end.failure());
      }
    }
    line.add(event.json(streamId));
  }

  @Override
  protected void hookOnError(Throwable failure) {
    Objects.requireNonNull(sending).error(failure); // Failures are events; this is none.
  }

  @Override
  protected void hookOnComplete() {
    made = true;
    complete = true;
    finishOnceSent();
  }

  private void sent() {
    if (made) {
      finishOnceSent();
    } else {
      ask();
    }
  }

  /** In halves of the window, not one by one. */
  private void ask() {
    int room = WINDOW - line.waiting() - underway;
    if (room >= WINDOW / 2) {
      underway += room;
      request(room);
    }
  }

  private void finishOnceSent() {
    if (complete && line.waiting() == 0) {
      trace().enter(RequestTrace.Phase.DONE);
      Objects.requireNonNull(sending, "events before anybody asked").success();
    }
  }

  private void refused(Throwable failure) {
    HttpError error = parts.errors().late(trace(), failure);
    trace().answered(error.status());
    outbox.add(ErrorFrame.of(error, streamId));
    end(false);
  }

  private void end(boolean clientGone) {
    if (!ended) {
      ended = true;
      parts.watch().end(trace(), clientGone);
      over.run();
    }
  }

  private RequestTrace trace() {
    return call.trace();
  }
}
