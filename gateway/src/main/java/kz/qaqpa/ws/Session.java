package kz.qaqpa.ws;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.http.api.JsonBody;
import kz.qaqpa.responses.ResponseMemory;
import kz.qaqpa.responses.ResponsesFlow;
import kz.qaqpa.ws.event.ClientEvent;
import kz.qaqpa.ws.event.ClientEventReader;
import kz.qaqpa.ws.event.ErrorFrame;
import kz.qaqpa.ws.frame.FrameHandler;
import kz.qaqpa.ws.frame.Outbox;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * One connection: messages to events, events to lanes, and the three clocks (silence, idleness,
 * lifetime). Messages are taken one after the other; while a long one is parsed elsewhere, or a
 * client does not read how its last ones were answered, nothing more is read from it. Confined to
 * the event loop, but for {@link #drain} and {@link #recheck}.
 */
final class Session implements FrameHandler.Peer {
  /** Longer than any session. */
  private static final Duration LONG = Duration.ofDays(365);

  private final Channel channel;
  private final @Nullable Duration deadline;
  private final RequestTrace trace;
  private final Scheduler edge;
  private final SessionParts parts;
  private final Ended ended;
  private final Outbox outbox;
  private final Lanes lanes;
  private final ResponseMemory memory;
  private final FrameHandler frames;
  private final Queue<byte[]> inbox = new ArrayDeque<>();
  private final Disposable.Swap parsing = Disposables.swap();
  private final List<Future<?>> timers = new ArrayList<>();
  private Caller caller;
  private @Nullable Future<?> proofEnd;
  private boolean busy;
  private boolean heard = true;
  private boolean pinged;
  private long lastUse = System.nanoTime();
  private int messages;
  private int asked;
  private @Nullable Refusal retired;
  private boolean over;

  /** Told once when a session is over. */
  interface Ended {
    /**
     * The connection is gone, or about to be.
     *
     * @param code close code
     * @param messages messages that came
     * @param responses responses that were begun
     */
    void ended(Session session, int code, int messages, int responses);
  }

  /**
   * A session on a channel whose handshake is done, to be started.
   *
   * @param deadline of each response, as the client wants it; null for none
   * @param trace of the handshake: its id begins those of the responses
   */
  Session(
      Channel channel,
      Caller caller,
      @Nullable Duration deadline,
      RequestTrace trace,
      Scheduler edge,
      SessionParts parts,
      Ended ended) {
    this.channel = channel;
    this.caller = caller;
    this.deadline = deadline;
    this.trace = trace;
    this.edge = edge;
    this.parts = parts;
    this.ended = ended;
    this.outbox = new Outbox(channel, this::wrote);
    this.lanes = new Lanes(parts.settings(), channel.eventLoop(), this::turn, this::idle);
    WsSettings settings = parts.settings();
    this.memory = ResponseMemory.ofLast(settings.keptResponses());
    this.frames = new FrameHandler(settings.maxMessageBytes(), settings.linger(), this);
  }

  /** Begins, once whoever is told of its end is ready for it. */
  void start() {
    frames.install(channel);
    if (!channel.isActive()) {
      over(FrameHandler.ABNORMAL);
    }
    if (!over) {
      WsSettings settings = parts.settings();
      every(settings.keepAlive(), lanes::tick);
      every(settings.ping(), this::ping);
      after(settings.lifetime(), () -> retire(tooOld()));
    }
  }

  /** How the session and its responses are called in logs. */
  RequestTrace trace() {
    return trace;
  }

  /** Takes no more responses, lets those finish that run, and closes; from any thread. */
  void drain() {
    channel.eventLoop().execute(() -> retire(new Refusal.Draining()));
  }

  /** Looks whether who opened it may still ask, and ends it if not; from any thread. */
  void recheck() {
    channel.eventLoop().execute(this::renew);
  }

  private void renew() {
    if (over || retired != null) {
      return;
    }
    try {
      caller = parts.identification().renew(caller);
    } catch (Refusal.Unauthorized withdrawn) {
      retire(
          new Refusal.Unauthorized(
              "connection: opened with what is no longer valid (expected: a new one)"));
      return;
    }
    if (proofEnd != null) {
      proofEnd.cancel(false);
    }
    Instant until = caller.until();
    Duration left = until == null ? LONG : Duration.between(Instant.now(), until);
    if (left.compareTo(parts.settings().lifetime()) < 0) {
      proofEnd =
          channel
              .eventLoop()
              .schedule(this::renew, Math.max(1, left.toMillis() + 1), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void message(byte[] utf8) {
    inbox.add(utf8);
    messages++;
    work();
  }

  @Override
  public void heard() {
    heard = true;
  }

  @Override
  public void writable() {
    outbox.wake();
  }

  @Override
  public void over(int code) {
    if (over) {
      return;
    }
    over = true;
    timers.forEach(timer -> timer.cancel(false));
    if (proofEnd != null) {
      proofEnd.cancel(false);
    }
    parsing.dispose();
    inbox.clear();
    lanes.abandon();
    outbox.close();
    ended.ended(this, code, messages, lanes.responses());
  }

  private void work() {
    while (!over && !busy && !inbox.isEmpty() && outbox.hasRoom()) {
      byte[] utf8 = inbox.remove();
      lastUse = System.nanoTime();
      if (utf8.length <= JsonBody.LONGEST_ON_LOOP) {
        handle(ClientEventReader.read(utf8));
      } else {
        parseElsewhere(utf8);
      }
    }
    if (!over) {
      channel.config().setAutoRead(!busy && inbox.isEmpty() && outbox.hasRoom());
    }
  }

  private void parseElsewhere(byte[] utf8) {
    busy = true;
    parsing.update(
        parts
            .pool()
            .call(() -> ClientEventReader.read(utf8))
            .publishOn(edge)
            .subscribe(this::parsed, failure -> parsed(new ClientEvent.Bad(null, late(failure)))));
  }

  private void parsed(ClientEvent event) {
    busy = false;
    handle(event);
    work();
  }

  private static Refusal late(Throwable failure) {
    return failure instanceof Refusal refusal
        ? refusal
        : new Refusal.Overloaded("message: could not be parsed now");
  }

  private void handle(ClientEvent event) {
    try {
      switch (event) {
        case ClientEvent.Create create -> create(create);
        case ClientEvent.Cancel cancel -> lanes.cancel(cancel);
        case ClientEvent.Bad bad -> throw bad.refusal();
      }
    } catch (Refusal refusal) {
      tell(refusal, event.streamId());
    }
  }

  private void create(ClientEvent.Create create) {
    renew();
    if (retired != null) {
      throw retired;
    }
    lanes.create(create);
  }

  private void tell(Refusal refusal, @Nullable String streamId) {
    outbox.add(ErrorFrame.of(parts.errors().late(trace, refusal), streamId));
  }

  private Turn turn(ClientEvent.Create create, Runnable turnOver) {
    asked++;
    RequestTrace own = new RequestTrace(trace.id() + "." + asked, "WS", trace.path());
    parts.watch().begin(own, trace);
    Application application = caller.application();
    own.from(application.agency().id(), application.id());
    own.asks(create.request().model(), true);
    parts.metrics().ignored(create.ignored());
    return new Turn(
        create.streamId(),
        new ResponsesFlow.Call(create.request(), application, deadline, own, edge, memory),
        parts,
        outbox,
        turnOver);
  }

  /** Frames have left: more may be read, and a session that is to end may be at its end. */
  private void wrote() {
    work();
    if (retired != null) {
      endIfDone();
    }
  }

  private void idle() {
    lastUse = System.nanoTime();
    pinged = false;
    if (retired != null) {
      endIfDone();
    }
  }

  /** Once an interval, between responses: is the client there, and does it want anything? */
  private void ping() {
    if (!lanes.isEmpty()) {
      pinged = false;
      return;
    }
    if (System.nanoTime() - lastUse >= parts.settings().idleTimeout().toNanos()) {
      frames.close(channel, WebSocketCloseStatus.ENDPOINT_UNAVAILABLE, "idle");
      return;
    }
    if (pinged && !heard) {
      frames.close(channel, WebSocketCloseStatus.ENDPOINT_UNAVAILABLE, "a ping without an answer");
      return;
    }
    heard = false;
    pinged = channel.isWritable();
    if (pinged) {
      frames.ping(channel);
    }
  }

  private Refusal tooOld() {
    return new Refusal.BadRequest(
        null,
        "websocket_connection_limit_reached",
        "connection: "
            + parts.settings().lifetime().toMinutes()
            + " minutes old (expected: a new connection)");
  }

  private void retire(Refusal why) {
    if (over || retired != null) {
      return;
    }
    retired = why;
    for (ClientEvent.Create waiting : lanes.takeWaiting()) {
      tell(why, waiting.streamId());
    }
    if (!(why instanceof Refusal.Unauthorized)) { // Withdrawn keys do not touch what runs.
      after(parts.settings().closeTimeout(), this::end);
    }
    endIfDone();
  }

  private void endIfDone() {
    if (lanes.isEmpty() && outbox.isEmpty()) {
      end();
    }
  }

  /** What clients that reconnect take for "come again" is 1001; 1008 is "not like this". */
  private void end() {
    if (over) {
      return;
    }
    lanes.abandon();
    outbox.close();
    if (retired == null || retired instanceof Refusal.Draining) {
      String reason = "the server is stopping";
      frames.close(channel, WebSocketCloseStatus.ENDPOINT_UNAVAILABLE, reason);
      return;
    }
    frames.last(channel, ErrorFrame.of(parts.errors().late(trace, retired), null));
    if (retired instanceof Refusal.Unauthorized) {
      frames.close(channel, WebSocketCloseStatus.POLICY_VIOLATION, "no longer valid");
    } else {
      frames.close(channel, WebSocketCloseStatus.ENDPOINT_UNAVAILABLE, "lifetime reached");
    }
  }

  private void every(Duration interval, Runnable task) {
    long nanos = interval.toNanos();
    // After a pause of the loop no two at once: a client could not have answered the first.
    timers.add(
        channel.eventLoop().scheduleWithFixedDelay(task, nanos, nanos, TimeUnit.NANOSECONDS));
  }

  private void after(Duration time, Runnable task) {
    timers.add(channel.eventLoop().schedule(task, time.toNanos(), TimeUnit.NANOSECONDS));
  }
}
