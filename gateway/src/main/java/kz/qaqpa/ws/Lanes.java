package kz.qaqpa.ws;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.ws.event.ClientEvent;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of a session. A lane exists while it has a response, running or waiting: with the last
 * frame of its last response its place is free. Confined to the event loop.
 */
final class Lanes {
  /** Messages of the longest kind whose responses may wait, over all lanes. */
  private static final int WAITING_MESSAGES = 4;

  private final WsSettings settings;
  private final Executor loop;
  private final Starter starter;
  private final Runnable idle;
  private final Map<String, Lane> lanes = new HashMap<>();
  private long waitingBytes;
  private int responses;

  /** Makes turns. */
  interface Starter {
    /**
     * A turn, not yet started.
     *
     * @param over called when nothing of it is left
     */
    Turn turn(ClientEvent.Create create, Runnable over);
  }

  /**
   * No lanes yet.
   *
   * @param loop the event loop
   * @param idle called when the last lane is gone
   */
  Lanes(WsSettings settings, Executor loop, Starter starter, Runnable idle) {
    this.settings = settings;
    this.loop = loop;
    this.starter = starter;
    this.idle = idle;
  }

  /**
   * Has a response made, at once or when those before it in its lane are.
   *
   * @throws Refusal.BadRequest if it would be a lane too many
   * @throws Refusal.OverQuota if too much waits already
   */
  void create(ClientEvent.Create create) {
    String key = key(create.streamId());
    Lane lane = lanes.get(key);
    if (lane == null) {
      requirePlace();
      lane = lane(key);
    }
    long most = (long) WAITING_MESSAGES * settings.maxMessageBytes();
    if (lane.running() != null && waitingBytes + create.bytes() > most) {
      throw new Refusal.OverQuota(
          "messages whose responses wait: "
              + (waitingBytes + create.bytes())
              + " bytes (expected: at most "
              + most
              + ")",
          Duration.ofSeconds(1));
    }
    lane.add(create);
    waitingBytes += create.bytes();
    next(lane, key);
  }

  private void requirePlace() {
    if (lanes.size() >= settings.lanes()) {
      throw new Refusal.BadRequest(
          "stream_id",
          "websocket_stream_limit_reached",
          "stream_id: one more lane (expected: at most "
              + settings.lanes()
              + " lanes with a response in the making)");
    }
  }

  private Lane lane(String key) {
    Lane[] self = new Lane[1];
    Function<ClientEvent.Create, Turn> begin =
        create -> starter.turn(create, () -> over(self[0], key));
    self[0] = new Lane(settings.laneQueue(), begin);
    lanes.put(key, self[0]);
    return self[0];
  }

  private void over(Lane lane, String key) {
    lane.over();
    loop.execute(() -> next(lane, key)); // Not at once: many that fail would nest.
  }

  private void next(Lane lane, String key) {
    ClientEvent.Create begun = lane.next();
    if (begun != null) {
      responses++;
      waitingBytes -= begun.bytes();
    }
    if (lane.isIdle() && lanes.remove(key, lane) && lanes.isEmpty()) {
      idle.run();
    }
  }

  /**
   * Ends a response. One that has just ended by itself needs no cancelling, so a lane without one
   * is no error.
   *
   * @throws Refusal.NotFound if a response is named that does not run here
   */
  void cancel(ClientEvent.Cancel cancel) {
    String wanted = cancel.responseId();
    Turn turn = wanted == null ? running(lanes.get(key(cancel.streamId()))) : running(wanted);
    if (turn != null) {
      turn.stop();
    } else if (wanted != null) {
      throw new Refusal.NotFound(
          "response_id",
          "response_not_found",
          "response_id: \"" + wanted + "\" (expected: a response that runs on this connection)");
    }
  }

  private static @Nullable Turn running(@Nullable Lane lane) {
    return lane == null ? null : lane.running();
  }

  private @Nullable Turn running(String responseId) {
    for (Lane lane : lanes.values()) {
      Turn turn = lane.running();
      if (turn != null && turn.is(responseId)) {
        return turn;
      }
    }
    return null;
  }

  /** Takes out all that wait; what runs goes on. */
  List<ClientEvent.Create> takeWaiting() {
    List<ClientEvent.Create> taken = new ArrayList<>();
    lanes.values().forEach(lane -> taken.addAll(lane.takeWaiting()));
    waitingBytes = 0;
    return taken;
  }

  /** To be called once an interval. */
  void tick() {
    for (Lane lane : lanes.values()) {
      Turn turn = lane.running();
      if (turn != null) {
        turn.tick();
      }
    }
  }

  /** Ends everything at once. */
  void abandon() {
    takeWaiting();
    for (Lane lane : List.copyOf(lanes.values())) {
      Turn turn = lane.running();
      if (turn != null) {
        turn.abandon();
      }
    }
    lanes.clear();
  }

  boolean isEmpty() {
    return lanes.isEmpty();
  }

  /** Responses begun so far. */
  int responses() {
    return responses;
  }

  /** Lane ids cannot be empty, so the default lane's can. */
  private static String key(@Nullable String streamId) {
    return streamId == null ? "" : streamId;
  }
}
