package kz.qaqpa.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which application a key belongs to. Immutable; any thread.
 *
 * <p>An unknown key is compared with every stored hash, each time in full, so that the time taken
 * tells nothing about how close it came. A cache from hash to application spares known keys the
 * walk; it is keyed by the hash, which a client cannot steer.
 */
public final class AgencyDirectory {
  private static final int CACHED_KEYS = 4096;

  private final List<Agency> agencies;
  private final List<Application> applications;
  private final List<Entry> entries;
  private final Cache<String, Application> known =
      Caffeine.newBuilder().maximumSize(CACHED_KEYS).build();

  /** A stored hash and whose it is. */
  private record Entry(String sha256, Application application) {}

  private AgencyDirectory(
      List<Agency> agencies, List<Application> applications, List<Entry> entries) {
    this.agencies = List.copyOf(agencies);
    this.applications = List.copyOf(applications);
    this.entries = List.copyOf(entries);
  }

  /** The directory that a file describes. */
  public static AgencyDirectory of(AgenciesFile file) {
    List<Agency> agencies = new ArrayList<>();
    List<Application> applications = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    for (AgenciesFile.AgencyEntry written : file.agencies()) {
      Agency agency = new Agency(written.id(), written.name(), written.limits());
      agencies.add(agency);
      for (AgenciesFile.ApplicationEntry app : written.applications()) {
        Application application = new Application(agency, app.id(), app.limits());
        applications.add(application);
        app.keys().forEach(key -> entries.add(new Entry(key.sha256(), application)));
      }
    }
    return new AgencyDirectory(agencies, applications, entries);
  }

  /** The same directory with one more key. */
  public AgencyDirectory with(Application application, String key) {
    List<Entry> more = new ArrayList<>(entries);
    more.add(new Entry(sha256(key), application));
    return new AgencyDirectory(agencies, applications, more);
  }

  /** All agencies, in the order of the file. */
  public List<Agency> agencies() {
    return agencies;
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

  /** Whom a key belongs to, or null. */
  public @Nullable Application find(String key) {
    String hash = sha256(key);
    Application cached = known.getIfPresent(hash);
    if (cached != null) {
      return cached;
    }
    byte[] wanted = hash.getBytes(StandardCharsets.US_ASCII);
    Application found = null;
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.sha256().getBytes(StandardCharsets.US_ASCII), wanted)) {
        found = entry.application();
      }
    }
    if (found != null) {
      known.put(hash, found);
    }
    return found;
  }

  /** SHA-256 of a key as 64 lowercase hexadecimal digits. */
  public static String sha256(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
