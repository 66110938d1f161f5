package kz.qaqpa.http.labels;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.HttpSettings;
import kz.qaqpa.http.api.LabelText;
import kz.qaqpa.http.detect.Candidate;
import kz.qaqpa.http.detect.DetectRoute;
import kz.qaqpa.http.route.AddressLimit;
import kz.qaqpa.http.route.BodyReader;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.verify.LabelVerifier;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.label.LabelRegistry;

/**
 * What routes about labels stand on.
 *
 * @param ring keys whose signatures count
 * @param registry labels that were issued
 * @param perMinute how often one address may verify or read labels without a key
 * @param candidates models and keys that are looked for in a text, at least one
 * @param mayDetect which applications may look for them
 * @param clock what time it is
 */
public record LabelParts(
    KeyRing ring,
    LabelRegistry registry,
    int perMinute,
    List<Candidate> candidates,
    Predicate<Application> mayDetect,
    InstantSource clock) {

  /** {@code POST /v1/labels/verify} for another port, with a limit of its own. */
  public Route verifying(HttpSettings http) {
    return verifying(
        new LabelLookup(registry),
        new AddressLimit("labels", perMinute, System::nanoTime),
        bodies(http));
  }

  private Route verifying(LabelLookup lookup, AddressLimit limit, BodyReader bodies) {
    LabelVerifier verifier = new LabelVerifier(ring.keys(), LabelSchemas.installed());
    return new VerifyRoute(verifier, lookup, limit, bodies, clock);
  }

  private static BodyReader bodies(HttpSettings http) {
    return new BodyReader(
        Math.min(http.maxBodyBytes(), LabelText.MOST_BODY_BYTES), http.bodyTimeout());
  }

  /** The routes of the serving port. */
  public List<Route> routes(
      AdmissionGate gate, TokenizePool pool, Ledger ledger, HttpSettings http) {
    BodyReader bodies = bodies(http);
    JsonDoor door = new JsonDoor(gate, bodies, pool);
    LabelLookup lookup = new LabelLookup(registry);
    AddressLimit limit = new AddressLimit("labels", perMinute, System::nanoTime);
    return List.of(
        verifying(lookup, limit, bodies),
        new DetectRoute(door, gate, pool, ledger, candidates, mayDetect),
        new LabelRoute(door, lookup, limit),
        new JwksRoute(ring.jwks()));
  }
}
