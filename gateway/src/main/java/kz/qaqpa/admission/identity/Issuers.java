package kz.qaqpa.admission.identity;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** All identity providers, with what their keys are fetched by. Any thread. */
final class Issuers implements AutoCloseable {
  private final Map<String, Issuer> byClaim = new HashMap<>();
  private final @Nullable Network network;

  /** A thread for sockets and one for times, apart from the server's. */
  private record Network(LoopResources loops, Scheduler timer) {
    static Network open() {
      return new Network(
          LoopResources.create("qaqpa-identity", 1, true),
          Schedulers.newSingle("identity-timer", true));
    }

    void close() {
      timer.dispose();
      loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).subscribe();
    }
  }

  /**
   * Begins to get the keys of all issuers; those of files are there when it returns.
   *
   * @throws IllegalArgumentException if a file that a fetch needs cannot be used
   */
  Issuers(IdentityFile file) {
    boolean remote = file.issuers().stream().anyMatch(issuer -> issuer.jwksUrl() != null);
    this.network = remote ? Network.open() : null;
    for (IssuerEntry entry : file.issuers()) {
      add(entry, source(entry));
    }
  }

  private KeySource source(IssuerEntry entry) {
    Path local = entry.jwksFile();
    if (local != null) {
      return new FileKeys(entry.name(), local);
    }
    String url = entry.jwksUrl();
    if (network == null || url == null) {
      throw new IllegalStateException(entry.name() + " has neither file nor address");
    }
    RemoteKeys keys =
        new RemoteKeys(
            entry.name(),
            KeyFetch.of(url, entry.caFile(), network.loops, network.timer),
            entry.refreshInterval(),
            network.timer,
            System::nanoTime);
    keys.start();
    return keys;
  }

  private void add(IssuerEntry entry, KeySource keys) {
    byClaim.put(
        entry.issuer(),
        new Issuer(
            entry.name(),
            entry.issuer(),
            entry.audience(),
            entry.accepted(),
            entry.subjectName(),
            entry.clientName(),
            keys));
  }

  /** Issuers by the claim {@code iss} of their tokens. */
  Map<String, Issuer> byClaim() {
    return byClaim;
  }

  boolean isEmpty() {
    return byClaim.isEmpty();
  }

  /** Whose keys are not as they should be, a line for each. */
  List<String> troubles() {
    List<String> all = new ArrayList<>();
    for (Issuer issuer : byClaim.values()) {
      String trouble = issuer.keys().trouble();
      if (trouble != null) {
        all.add("issuer " + issuer.name() + ": " + trouble);
      }
    }
    return all;
  }

  @Override
  public void close() {
    byClaim.values().forEach(issuer -> issuer.keys().close());
    if (network != null) {
      network.close();
    }
  }
}
