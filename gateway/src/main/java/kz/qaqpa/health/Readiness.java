package kz.qaqpa.health;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.batching.BatchingEngine;

/**
 * Whether this gateway should be sent requests; and what does not keep it from that, but should be
 * looked at. Any thread; asks for what others know anyway, nothing waits.
 */
public final class Readiness {
  private final AdmissionGate gate;
  private final BatchingEngine engine;
  private final List<Supplier<List<String>>> noticed = new CopyOnWriteArrayList<>();
  private final List<Supplier<List<String>>> against = new CopyOnWriteArrayList<>();

  public Readiness(AdmissionGate gate, BatchingEngine engine) {
    this.gate = gate;
    this.engine = engine;
  }

  /**
   * Adds somebody who knows what should be looked at.
   *
   * @param details a line for each matter, without texts of requests; empty if there is none
   */
  public void notice(Supplier<List<String>> details) {
    noticed.add(details);
  }

  /**
   * Adds somebody who knows what speaks against sending it requests.
   *
   * @param reasons as the details above
   */
  public void heed(Supplier<List<String>> reasons) {
    against.add(reasons);
  }

  /** Why it should be sent no requests; empty if it should be. */
  public List<String> reasons() {
    List<String> reasons = new ArrayList<>();
    if (gate.draining()) {
      reasons.add("server: stopping");
    }
    if (!engine.healthy()) {
      reasons.add(
          engine.pulse().alive()
              ? "engine: being opened again after a failure"
              : "engine: stopped after a failure");
    }
    against.forEach(more -> reasons.addAll(more.get()));
    String full = gate.full();
    if (full != null) {
      reasons.add(full);
    }
    return reasons;
  }

  /** What should be looked at all the same. */
  public List<String> details() {
    List<String> details = new ArrayList<>(gate.identification().upkeep().details());
    QuotaStore.Health quotas = gate.quotas().health();
    if (!quotas.up()) {
      details.add("quotas: Redis is away; " + quotas.pending() + " ends of requests wait for it");
    }
    noticed.forEach(more -> details.addAll(more.get()));
    return details;
  }
}
