package kz.qaqpa.admission.identity;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Caller.Proof;
import kz.qaqpa.admission.Credentials;
import kz.qaqpa.admission.Identification;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.admission.registry.Secrets;
import kz.qaqpa.admission.registry.Subjects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * API keys, client certificates and bearer tokens to applications. What they show is found out
 * first, whose it is then, from the registry as it is at that moment: so what is withdrawn there is
 * withdrawn at once, whatever is remembered here. Any thread.
 */
public final class Identities implements Identification {
  private static final String SCHEME = "Bearer ";
  private static final int LONGEST_KEY = 512;

  private final Registry registry;
  private final Tokens tokens;
  private final InstantSource clock;

  private Identities(Registry registry, Tokens tokens, InstantSource clock) {
    this.registry = registry;
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * Begins to get the keys of all issuers; nothing waits for those that are fetched.
   *
   * @param registry closed with it
   * @throws IllegalArgumentException if a file that a fetch needs cannot be used
   */
  public static Identities open(Registry registry, IdentityFile file) {
    return open(registry, file, InstantSource.system());
  }

  static Identities open(Registry registry, IdentityFile file, InstantSource clock) {
    return new Identities(registry, new Tokens(new Issuers(file), clock), clock);
  }

  @Override
  public Mono<Caller> identify(Credentials credentials, Scheduler edge) {
    try {
      String authorization = credentials.authorization();
      X509Certificate certificate = credentials.certificate();
      if (authorization == null && certificate != null) {
        return Mono.just(resolve(proof(certificate)));
      }
      String credential = bearer(authorization);
      return tokens.take(credential)
          ? tokens.check(credential, edge).map(this::resolve)
          : Mono.just(key(credential));
    } catch (Refusal.Unauthorized refusal) {
      return Mono.error(refusal);
    }
  }

  private static String bearer(@Nullable String authorization) {
    if (authorization == null || authorization.isBlank()) {
      throw new Refusal.Unauthorized(
          "Authorization: absent (expected: \"Bearer\" and an API key, qpk_…)");
    }
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new Refusal.Unauthorized(
          "Authorization: another scheme (expected: \"Bearer\" and an API key, qpk_…)");
    }
    return authorization.substring(SCHEME.length()).strip();
  }

  private Caller key(String key) {
    if (key.length() > LONGEST_KEY) {
      throw new Refusal.Unauthorized("Authorization: unknown API key (expected: a valid one)");
    }
    return resolve(new Proof.Key(Secrets.sha256(key)));
  }

  private static Proof proof(X509Certificate certificate) {
    try {
      return new Proof.Certificate(
          Secrets.sha256(certificate.getEncoded()),
          Subjects.of(certificate.getSubjectX500Principal()),
          certificate.getNotAfter().toInstant());
    } catch (CertificateEncodingException e) {
      throw new Refusal.Unauthorized("client certificate: malformed (expected: X.509)");
    }
  }

  private Caller resolve(Proof proof) {
    return registry.directory().resolve(proof, clock.instant());
  }

  @Override
  public Caller renew(Caller caller) {
    return resolve(caller.proof());
  }

  @Override
  public void whenChanged(Runnable listener) {
    registry.whenChanged(listener);
  }

  @Override
  public Upkeep upkeep() {
    Registry.Status status = registry.status();
    List<String> details = new ArrayList<>();
    Registry.Trouble trouble = status.trouble();
    if (trouble != null) {
      details.add(
          Registry.FILE
              + ": wrong since "
              + trouble.since()
              + ", what held before holds on; the log has "
              + trouble.problems().size()
              + " problems");
    }
    details.addAll(tokens.issuers().troubles());
    return new Upkeep(status.applied(), status.refused(), trouble != null, details);
  }

  @Override
  public void close() {
    tokens.close();
    registry.close();
  }
}
