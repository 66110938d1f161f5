package kz.qaqpa.admission.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Caller.Proof;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * Which application a proof belongs to, as one state of {@code agencies.yaml} has it. Immutable;
 * any thread.
 *
 * <p>An unknown key is compared with every stored hash, each time in full, so that the time taken
 * tells nothing about how close it came. A cache from hash to entry spares known keys the walk; it
 * is keyed by the hash, which a client cannot steer, and ends with this state of the file. Times
 * are looked at on each request.
 */
public final class AgencyDirectory {
  private static final int CACHED_KEYS = 4096;

  private final List<Agency> agencies;
  private final List<Application> applications;
  private final List<KeyHolder> keys;
  private final Map<Object, Holder> others;
  private final Cache<String, Holder> known =
      Caffeine.newBuilder().maximumSize(CACHED_KEYS).build();

  /** For whom a proof stands, and when. */
  private record Holder(Application application, Validity validity) {}

  /** A stored hash and whose it is. */
  private record KeyHolder(String sha256, Holder holder) {}

  private record Fingerprint(String sha256) {}

  private record Subject(String name) {}

  private record Claims(String issuer, @Nullable String subject, @Nullable String client) {}

  private AgencyDirectory(
      List<Agency> agencies,
      List<Application> applications,
      List<KeyHolder> keys,
      Map<Object, Holder> others) {
    this.agencies = List.copyOf(agencies);
    this.applications = List.copyOf(applications);
    this.keys = List.copyOf(keys);
    this.others = Map.copyOf(others);
  }

  /** A directory of nobody. */
  public static AgencyDirectory empty() {
    return new AgencyDirectory(List.of(), List.of(), List.of(), Map.of());
  }

  /** The directory that a file describes, once {@link RegistryCheck} has found nothing. */
  public static AgencyDirectory of(AgenciesFile file) {
    List<Agency> agencies = new ArrayList<>();
    List<Application> applications = new ArrayList<>();
    List<KeyHolder> keys = new ArrayList<>();
    Map<Object, Holder> others = new HashMap<>();
    for (AgenciesFile.AgencyEntry written : file.agencies()) {
      Agency agency = new Agency(written.id(), written.name(), written.limits());
      agencies.add(agency);
      for (ApplicationEntry entry : written.applications()) {
        Application application = entry.of(agency);
        applications.add(application);
        for (KeyEntry key : entry.keys()) {
          keys.add(new KeyHolder(key.sha256(), new Holder(application, key.validity())));
        }
        for (CertificateEntry certificate : entry.clientCertificates()) {
          others.put(of(certificate), new Holder(application, certificate.validity()));
        }
        for (TokenEntry token : entry.tokens()) {
          others.put(
              new Claims(token.issuer(), token.subject(), token.client()),
              new Holder(application, token.validity()));
        }
      }
    }
    return new AgencyDirectory(agencies, applications, keys, others);
  }

  private static Object of(CertificateEntry certificate) {
    return certificate.sha256() != null
        ? new Fingerprint(certificate.sha256())
        : new Subject(String.valueOf(certificate.subject()));
  }

  /** The same directory with one more key, and with its application if that is not there yet. */
  public AgencyDirectory with(Application application, String key) {
    Agency agency = application.agency();
    boolean known = application(agency.id(), application.id()) != null;
    return new AgencyDirectory(
        agencies.contains(agency) ? agencies : plus(agencies, agency),
        known ? applications : plus(applications, application),
        plus(keys, new KeyHolder(Secrets.sha256(key), new Holder(application, Validity.ALWAYS))),
        others);
  }

  private static <T> List<T> plus(List<T> list, T one) {
    List<T> more = new ArrayList<>(list);
    more.add(one);
    return more;
  }

  /** All agencies, in the order of the file. */
  public List<Agency> agencies() {
    return agencies;
  }

  /** All applications, in the order of the file. */
  public List<Application> applications() {
    return applications;
  }

  /** Keys, certificates and tokens that are good at a moment. */
  public long doors(Instant now) {
    return keys.stream().filter(key -> key.holder.validity.trouble(now) == null).count()
        + others.values().stream().filter(it -> it.validity.trouble(now) == null).count();
  }

  /** An application by its ids, or null. */
  public @Nullable Application application(String agency, String id) {
    for (Application application : applications) {
      if (application.agency().id().equals(agency) && application.id().equals(id)) {
        return application;
      }
    }
    return null;
  }

  /**
   * Who shows a proof.
   *
   * @throws Refusal.Unauthorized if nobody does, or it is not good at this moment
   */
  public Caller resolve(Proof proof, Instant now) {
    return switch (proof) {
      case Proof.Key key ->
          caller(find(key.sha256()), proof, null, now, "Authorization: ", " API key");
      case Proof.Certificate certificate -> {
        Holder pinned = others.get(new Fingerprint(certificate.sha256()));
        Holder holder = pinned != null ? pinned : others.get(new Subject(certificate.subject()));
        yield caller(holder, proof, certificate.expires(), now, "client certificate: ", "");
      }
      case Proof.Token token ->
          caller(find(token), proof, token.expires(), now, "Authorization: ", " token");
    };
  }

  private static Caller caller(
      @Nullable Holder holder,
      Proof proof,
      @Nullable Instant ownEnd,
      Instant now,
      String where,
      String what) {
    String trouble = holder == null ? "unknown" : holder.validity.trouble(now);
    if (trouble == null && ownEnd != null && !now.isBefore(ownEnd)) {
      trouble = "expired";
    }
    if (holder == null || trouble != null) {
      throw new Refusal.Unauthorized(where + trouble + what + " (expected: a valid one)");
    }
    return new Caller(holder.application, proof, holder.validity.until(ownEnd));
  }

  private @Nullable Holder find(String sha256) {
    Holder cached = known.getIfPresent(sha256);
    if (cached != null) {
      return cached;
    }
    byte[] wanted = sha256.getBytes(StandardCharsets.US_ASCII);
    Holder found = null;
    for (KeyHolder key : keys) {
      if (MessageDigest.isEqual(key.sha256.getBytes(StandardCharsets.US_ASCII), wanted)) {
        found = key.holder;
      }
    }
    if (found != null) {
      known.put(sha256, found);
    }
    return found;
  }

  /** The entry that says most of a token. */
  private @Nullable Holder find(Proof.Token token) {
    String issuer = token.issuer();
    Holder both = others.get(new Claims(issuer, token.subject(), token.client()));
    Holder subject = others.get(new Claims(issuer, token.subject(), null));
    Holder client = others.get(new Claims(issuer, null, token.client()));
    return both != null ? both : subject != null ? subject : client;
  }
}
