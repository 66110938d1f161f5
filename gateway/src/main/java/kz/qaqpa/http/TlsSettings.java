package kz.qaqpa.http;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import kz.qaqpa.config.UserPath;
import kz.qaqpa.http.net.PemFiles;
import kz.qaqpa.http.net.RenewedTls;
import kz.qaqpa.http.net.TlsContexts;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code tls}, and that of the admin port: HTTPS instead of HTTP. Its files are read again
 * when they change.
 *
 * @param certificate PEM file with the server's certificate, then those that lead to its root;
 *     empty for plain HTTP
 * @param key PEM file with its private key (PKCS #8, without a password); empty for plain HTTP
 * @param clientCa PEM file with the authorities whose client certificates are accepted, or empty
 * @param clientAuth whether clients must show one
 */
public record TlsSettings(String certificate, String key, String clientCa, Client clientAuth) {

  /** What is asked of clients. */
  public enum Client {
    /** No certificate. */
    NONE,
    /** A certificate if they have one; a wrong one is refused. */
    OPTIONAL,
    /** A certificate; without one there is no connection. */
    REQUIRE
  }

  /** Checks that what belongs together is there together. */
  public TlsSettings {
    if (certificate.isEmpty() && !key.isEmpty()) {
      throw new IllegalArgumentException("certificate: absent (expected: the one of tls.key)");
    }
    if (!certificate.isEmpty() && key.isEmpty()) {
      throw new IllegalArgumentException("key: absent (expected: the one of tls.certificate)");
    }
    if (certificate.isEmpty() && clientAuth != Client.NONE) {
      throw new IllegalArgumentException(
          "clientAuth: "
              + clientAuth.name().toLowerCase(java.util.Locale.ROOT)
              + " (expected: none, as there is no tls.certificate)");
    }
    if (clientCa.isEmpty() != (clientAuth == Client.NONE)) {
      throw new IllegalArgumentException(
          clientCa.isEmpty()
              ? "clientCa: absent (expected: a file, as clientAuth is not none)"
              : "clientCa: given (expected: absent, as clientAuth is none)");
    }
  }

  /** Plain HTTP. */
  public static TlsSettings off() {
    return new TlsSettings("", "", "", Client.NONE);
  }

  /** Whether clients come by HTTPS. */
  public boolean isOn() {
    return !certificate.isEmpty();
  }

  /**
   * Reads the files to see whether they can be used.
   *
   * @throws IllegalArgumentException as {@link #open}
   */
  public void check(String section) {
    if (isOn()) {
      read(section, _ -> {});
    }
  }

  /**
   * Reads the files; what it gives can do so again.
   *
   * @param section what messages call these settings
   * @param ends told, each time that files are used, when the first of the certificates ends that
   *     clients are shown
   * @return what connections are secured with, or null for plain HTTP
   * @throws IllegalArgumentException naming the setting and the file that is missing, malformed or
   *     does not fit
   */
  public @Nullable RenewedTls open(String section, Consumer<Instant> ends) {
    if (!isOn()) {
      return null;
    }
    List<Path> files =
        Stream.of(certificate, key, clientCa)
            .filter(file -> !file.isEmpty())
            .map(UserPath::of)
            .toList();
    return new RenewedTls(section, files, () -> read(section, ends));
  }

  private SslContext read(String section, Consumer<Instant> ends) {
    PemFiles.Identity identity =
        PemFiles.identity(section, UserPath.of(certificate), UserPath.of(key));
    SslContext context =
        TlsContexts.of(
            identity,
            clientCa.isEmpty()
                ? null
                : PemFiles.certificates(section + ".clientCa", UserPath.of(clientCa)),
            switch (clientAuth) {
              case NONE -> ClientAuth.NONE;
              case OPTIONAL -> ClientAuth.OPTIONAL;
              case REQUIRE -> ClientAuth.REQUIRE;
            });
    ends.accept(identity.end());
    return context;
  }
}
