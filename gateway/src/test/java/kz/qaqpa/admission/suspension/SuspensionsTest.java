package kz.qaqpa.admission.suspension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import kz.qaqpa.admin.MemoryRegister;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What is in force, whatever becomes of the register. */
class SuspensionsTest {
  private static final Suspension CHAT = suspension("minfin", "tax-chat");
  private static final Suspension CUSTOMS = suspension("kgd", "customs");

  @TempDir private Path folder;
  private final MemoryRegister register = new MemoryRegister();
  private final List<Suspensions> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(Suspensions::close);
  }

  private static Suspension suspension(String agency, String application) {
    return new Suspension(
        agency, application, "operator:duty", "a leak", Instant.parse("2026-11-23T12:00:00Z"));
  }

  private Suspensions open(SuspensionRegister of, SuspensionSignal signal, Suspension... waiting) {
    Suspensions suspensions =
        new Suspensions(of, new SuspensionFile(folder), signal, System::nanoTime);
    opened.add(suspensions);
    suspensions.start(List.of(waiting));
    return suspensions;
  }

  private Suspensions open() {
    return open(register, SuspensionSignal.NONE);
  }

  private static void assertSuspended(Suspensions suspensions, Suspension... expected) {
    assertThat(suspensions.all()).containsExactlyInAnyOrder(expected);
    for (Suspension suspension : expected) {
      assertThatThrownBy(() -> suspensions.check(suspension.fullId()))
          .isInstanceOf(Refusal.Suspended.class)
          .hasMessageContaining(suspension.fullId())
          .hasMessageNotContaining("leak")
          .hasMessageNotContaining("duty");
    }
    assertThatCode(() -> suspensions.check("adilet/chat")).doesNotThrowAnyException();
  }

  /** The measure is from the register's having it to the other's refusing. */
  @Test
  void anotherGateway_knowsWithinASecond() throws InterruptedException {
    assertThat(Suspensions.LOOK).isLessThan(Duration.ofSeconds(1));
    Suspensions one = open();
    Suspensions other = open();
    List<Suspension> told = new CopyOnWriteArrayList<>();
    other.onSuspended(told::add);
    register.put(CHAT).then(one.put(CHAT)).block();
    assertSuspended(one, CHAT);
    TestGateway.await(() -> !other.all().isEmpty());
    assertSuspended(other, CHAT);
    TestGateway.await(() -> told.equals(List.of(CHAT)));
    register.remove("minfin", "tax-chat").then(one.remove(CHAT.fullId())).block();
    assertSuspended(one);
    TestGateway.await(() -> other.all().isEmpty());
    assertThat(told).containsExactly(CHAT);
  }

  @Test
  void aSignal_sparesTheWait() throws InterruptedException {
    AtomicReference<Runnable> look = new AtomicReference<>(() -> {});
    SuspensionSignal signal =
        new SuspensionSignal() {
          @Override
          public void changed() {
            look.get().run();
          }

          @Override
          public void onChange(Runnable toLook) {
            look.set(toLook);
          }
        };
    Suspensions one = open(register, signal);
    Suspensions other = open(register, signal);
    register.put(CHAT).then(one.put(CHAT)).block(); // MemoryRegister answers at once.
    assertSuspended(other, CHAT);
  }

  @Test
  void theFile_holdsWhileTheRegisterIsAwayAtStart() throws Exception {
    register.put(CHAT).block();
    assertSuspended(open(), CHAT);
    Path file = folder.resolve(SuspensionFile.NAME);
    TestGateway.await(() -> Files.exists(file));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    register.away(true);
    Suspensions again = open();
    assertSuspended(again, CHAT);
    assertThat(again.isAway()).isTrue();
    // Once it is back, it is the register that counts.
    register.away(false);
    register.remove("minfin", "tax-chat").block();
    TestGateway.await(() -> again.all().isEmpty() && !again.isAway());
    register.away(true);
    assertSuspended(open());
  }

  @Test
  void theRegisterGoneWhileServing_changesNothing() throws InterruptedException {
    register.put(CHAT).block();
    Suspensions suspensions = open();
    register.away(true);
    TestGateway.await(suspensions::isAway);
    assertSuspended(suspensions, CHAT);
    assertThat(suspensions.age()).isPositive();
  }

  @Test
  void whileNothingIsKnown_nobodyIsLetIn() throws Exception {
    register.away(true);
    Suspensions suspensions = open();
    assertThat(suspensions.isKnown()).isFalse();
    assertThatThrownBy(() -> suspensions.check("adilet/chat"))
        .isInstanceOf(Refusal.Overloaded.class)
        .hasMessageContaining("not known yet");
    register.put(CHAT).onErrorComplete().block();
    register.away(false);
    TestGateway.await(suspensions::isKnown);
    assertSuspended(suspensions);
  }

  @Test
  void aBrokenFile_isNotBelieved() throws IOException {
    register.away(true);
    for (String content :
        List.of(
            "", "{", "[]", "{\"suspensions\":null}", "{\"suspensions\":[{\"agency\":\"a\"}]}")) {
      Files.writeString(folder.resolve(SuspensionFile.NAME), content);
      assertThat(open().isKnown()).as(content).isFalse();
    }
  }

  @Test
  void whatWaits_isInForceBesideTheRegister() throws InterruptedException {
    register.put(CHAT).block();
    Suspensions suspensions = open(register, SuspensionSignal.NONE, CUSTOMS);
    assertSuspended(suspensions, CHAT, CUSTOMS);
    suspensions.hold(List.of());
    assertSuspended(suspensions, CHAT);
  }

  /** A look that began before a change must not undo it when it ends after. */
  @Test
  void aLookThatBeganEarlier_doesNotUndoAChange() {
    Sinks.One<List<Suspension>> slow = Sinks.one();
    AtomicReference<Mono<List<Suspension>>> answer = new AtomicReference<>(Mono.just(List.of()));
    SuspensionRegister held =
        new SuspensionRegister() {
          @Override
          public Mono<List<Suspension>> all() {
            return answer.get();
          }

          @Override
          public Mono<Void> put(Suspension suspension) {
            return Mono.empty();
          }

          @Override
          public Mono<Void> remove(String agency, String application) {
            return Mono.empty();
          }
        };
    Suspensions suspensions = new Suspensions(held, null, SuspensionSignal.NONE, System::nanoTime);
    opened.add(suspensions);
    suspensions.look().block();
    answer.set(slow.asMono());
    Sinks.Empty<Void> looked = Sinks.empty();
    suspensions.look().subscribe(null, looked::tryEmitError, looked::tryEmitEmpty);
    suspensions.put(CHAT).block();
    slow.tryEmitValue(List.of());
    looked.asMono().block(Duration.ofSeconds(10));
    assertSuspended(suspensions, CHAT);
  }
}
