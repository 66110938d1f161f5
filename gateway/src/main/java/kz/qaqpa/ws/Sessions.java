package kz.qaqpa.ws;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Identification;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.net.EventLoops;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.log.SessionLog;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.responses.ResponsesFlow;
import kz.qaqpa.trace.RequestWatch;
import org.jspecify.annotations.Nullable;

/** All sessions: how many each application has, and their end with the server's. Any thread. */
public final class Sessions {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final SessionParts parts;
  private final EventLoops loops = new EventLoops();
  private final ConcurrentMap<String, AtomicInteger> connections = new ConcurrentHashMap<>();
  private final Set<Session> open = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  public Sessions(
      WsSettings settings,
      Identification identification,
      ResponsesFlow flow,
      TokenizePool pool,
      ErrorWriter errors,
      GatewayMetrics metrics,
      RequestWatch watch) {
    this.parts = new SessionParts(settings, identification, flow, pool, errors, metrics, watch);
    identification.whenChanged(() -> open.forEach(Session::recheck));
  }

  /**
   * Takes one of an application's places, until the channel closes.
   *
   * @throws Refusal.OverQuota if all are taken
   */
  public void reserve(Application application, Channel channel) {
    AtomicInteger count =
        connections.computeIfAbsent(application.fullId(), _ -> new AtomicInteger());
    int most = parts.settings().maxConnections();
    if (count.incrementAndGet() > most) {
      count.decrementAndGet();
      throw new Refusal.OverQuota(
          "WebSocket connections of application "
              + application.id()
              + ": "
              + (most + 1)
              + " (expected: at most "
              + most
              + ")",
          RETRY);
    }
    channel.closeFuture().addListener(_ -> count.decrementAndGet());
  }

  /**
   * Begins a session on a channel whose handshake is done; on its event loop.
   *
   * @param deadline of each response, as the client wants it; null for none
   * @param trace of the handshake
   */
  public void begin(
      Channel channel, Caller caller, @Nullable Duration deadline, RequestTrace trace) {
    Session session =
        new Session(
            channel, caller, deadline, trace, loops.of(channel.eventLoop()), parts, this::ended);
    parts.metrics().socketOpened();
    open.add(session);
    session.start();
    session.recheck(); // It may have been withdrawn before this one was among the open.
    if (draining) {
      session.drain();
    }
  }

  /** Lets each session end when its responses have; takes nothing new. */
  public void drain() {
    draining = true;
    open.forEach(Session::drain);
  }

  /** Whether no session is open; any thread. */
  public boolean isEmpty() {
    return open.isEmpty();
  }

  private void ended(Session session, int code, int messages, int responses) {
    open.remove(session);
    parts.metrics().socketClosed(code);
    SessionLog.write(session.trace(), code, messages, responses);
  }
}
