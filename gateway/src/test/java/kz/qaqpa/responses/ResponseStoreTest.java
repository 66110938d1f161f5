package kz.qaqpa.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.label.LocalText;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class ResponseStoreTest {
  private static final Application OWNER = application("a", "one");

  private final AtomicLong nanos = new AtomicLong();

  @Test
  void isPrivateToItsApplication() {
    ResponseStore store = store(10, 1 << 20);
    keep(store, "resp_1", 10);
    assertThat(store.find(OWNER, "resp_1")).isNotNull();
    for (Application other : List.of(application("a", "two"), application("b", "one"))) {
      assertThat(store.find(other, "resp_1")).isNull();
      assertThat(store.delete(other, "resp_1")).isFalse();
      StepVerifier.create(store.cancel(other, "resp_1")).verifyComplete();
    }
    assertThat(store.find(OWNER, "resp_1")).isNotNull();
    assertThat(store.delete(OWNER, "resp_1")).isTrue();
    assertThat(store.delete(OWNER, "resp_1")).isFalse();
  }

  @Test
  void whatIsTooOld_isGone() {
    ResponseStore store = store(10, 1 << 20);
    keep(store, "resp_1", 10);
    nanos.addAndGet(Duration.ofMinutes(59).toNanos());
    assertThat(store.find(OWNER, "resp_1")).isNotNull();
    nanos.addAndGet(Duration.ofMinutes(2).toNanos());
    assertThat(store.find(OWNER, "resp_1")).isNull();
    assertThat(store.stored()).isZero();
  }

  @Test
  void isBoundedInEntries() {
    ResponseStore store = store(4, 1 << 20);
    for (int i = 0; i < 100; i++) {
      keep(store, "resp_" + i, 1);
      assertThat(store.stored()).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void whatIsBeyondTheBounds_goesOldestFirst_howeverOftenItIsAskedFor() {
    ResponseStore store = store(4, 1 << 20);
    for (int i = 0; i < 20; i++) {
      nanos.addAndGet(1_000_000);
      keep(store, "resp_" + i, 1);
      for (int old = Math.max(0, i - 3); old <= i; old++) {
        for (int times = 0; times < 20 - i; times++) {
          assertThat(store.find(OWNER, "resp_" + old)).as("%d after %d", old, i).isNotNull();
        }
      }
      assertThat(store.find(OWNER, "resp_" + (i - 4))).isNull();
    }
  }

  @Test
  void whatIsDeletedOrTooOld_makesRoom() {
    ResponseStore store = store(2, 1 << 20);
    keep(store, "resp_1", 1);
    keep(store, "resp_2", 1);
    store.delete(OWNER, "resp_2");
    keep(store, "resp_3", 1);
    assertThat(store.find(OWNER, "resp_1")).isNotNull();
    nanos.addAndGet(Duration.ofHours(2).toNanos());
    keep(store, "resp_4", 1);
    keep(store, "resp_5", 1);
    assertThat(store.find(OWNER, "resp_4")).isNotNull();
    assertThat(store.find(OWNER, "resp_5")).isNotNull();
    assertThat(store.stored()).isEqualTo(2);
  }

  @Test
  void isBoundedInBytes() {
    ResponseStore store = store(1000, 1 << 20);
    for (int i = 0; i < 50; i++) {
      keep(store, "resp_" + i, 50_000); // 100 kB each.
      assertThat(store.stored()).isLessThanOrEqualTo(10);
    }
    keep(store, "resp_huge", 1 << 20);
    assertThat(store.find(OWNER, "resp_huge")).as("larger than all").isNull();
  }

  @Test
  void running_isSeen_cancelled_andKept() {
    ResponseStore store = store(10, 1 << 20);
    RunningResponse running = new RunningResponse(true, () -> response(false, 0));
    store.begin(OWNER, "resp_1", running);
    assertThat(store.find(OWNER, "resp_1")).matches(soFar -> !soFar.finished());
    Mono<StoredResponse> cancelled = store.cancel(OWNER, "resp_1");
    StepVerifier.create(running.cancelled()).verifyComplete();
    StoredResponse end = response(true, 3);
    store.end(OWNER, "resp_1", running, end);
    store.leave(OWNER, "resp_1");
    StepVerifier.create(cancelled).expectNext(end).verifyComplete();
    StepVerifier.create(store.cancel(OWNER, "resp_1")).expectNext(end).verifyComplete();
    assertThat(store.find(OWNER, "resp_1")).isSameAs(end);
    assertThat(store.running()).isZero();
  }

  @Test
  void deletedWhileRunning_isCancelled_andNotKept() {
    ResponseStore store = store(10, 1 << 20);
    RunningResponse running = new RunningResponse(true, () -> response(false, 0));
    store.begin(OWNER, "resp_1", running);
    assertThat(store.delete(OWNER, "resp_1")).isTrue();
    StepVerifier.create(running.cancelled()).verifyComplete();
    store.end(OWNER, "resp_1", running, response(true, 3));
    store.leave(OWNER, "resp_1");
    assertThat(store.find(OWNER, "resp_1")).isNull();
  }

  @Test
  void notStored_canBeCancelled_butNotSeen() {
    ResponseStore store = store(10, 1 << 20);
    RunningResponse running = new RunningResponse(false, () -> response(false, 0));
    store.begin(OWNER, "resp_1", running);
    assertThat(store.find(OWNER, "resp_1")).isNull();
    Mono<StoredResponse> cancelled = store.cancel(OWNER, "resp_1");
    store.end(OWNER, "resp_1", running, response(true, 3));
    store.leave(OWNER, "resp_1");
    StepVerifier.create(cancelled).expectNextCount(1).verifyComplete();
    assertThat(store.find(OWNER, "resp_1")).isNull();
  }

  @Test
  void aClientThatLeft_isNotWaitedFor() {
    ResponseStore store = store(10, 1 << 20);
    RunningResponse running = new RunningResponse(true, () -> response(false, 0));
    store.begin(OWNER, "resp_1", running);
    Mono<StoredResponse> cancelled = store.cancel(OWNER, "resp_1");
    store.leave(OWNER, "resp_1");
    StepVerifier.create(cancelled).verifyComplete();
  }

  @Test
  void settings_haveRanges() {
    assertThatThrownBy(() -> new ResponsesSettings(0, 1 << 20, Duration.ofHours(1)))
        .hasMessage("responses.storeEntries: 0 (expected: 1 to 10000000)");
    assertThatThrownBy(() -> new ResponsesSettings(1, 1, Duration.ofHours(1)))
        .hasMessageStartingWith("responses.storeBytes: 1 (expected: ");
    assertThatThrownBy(() -> new ResponsesSettings(1, 1 << 20, Duration.ZERO))
        .hasMessageStartingWith("responses.storeTtl: PT0S (expected: ");
  }

  private ResponseStore store(int entries, long bytes) {
    return new ResponseStore(
        new ResponsesSettings(entries, bytes, Duration.ofHours(1)), nanos::get, Runnable::run);
  }

  private static void keep(ResponseStore store, String id, int characters) {
    store.end(
        OWNER, id, new RunningResponse(true, () -> response(false, 0)), response(true, characters));
  }

  private static StoredResponse response(boolean finished, int characters) {
    ChatMessage said = new ChatMessage("user", "x".repeat(characters));
    List<ResponseItem> input = List.of(new ResponseItem("msg_1", said));
    return new StoredResponse("a", 0, finished, new byte[10], input, List.of(), "01");
  }

  private static Application application(String agency, String id) {
    LocalText names = new LocalText("a", "a", "a");
    return new Application(new Agency(agency, names, Limits.NONE), id, Limits.NONE);
  }
}
