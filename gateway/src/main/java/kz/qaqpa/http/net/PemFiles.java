package kz.qaqpa.http.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PEM files to certificates and keys, with errors that name the setting and the file. */
public final class PemFiles {
  private static final int LARGEST = 1 << 20;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private PemFiles() {}

  /**
   * A certificate and its key.
   *
   * @param chain the certificate, then those that lead to its root
   * @param key the private key of the first
   */
  public record Identity(List<X509Certificate> chain, PrivateKey key) {

    /** When the first of the certificates ends. */
    public Instant end() {
      return chain.stream()
          .map(shown -> shown.getNotAfter().toInstant())
          .min(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  /**
   * Reads a section's {@code certificate} and {@code key}.
   *
   * @param section what messages call it, such as {@code tls}
   * @throws IllegalArgumentException if a file is missing or malformed, or the key is another's
   */
  public static Identity identity(String section, Path certificate, Path key) {
    List<X509Certificate> chain = certificates(section + ".certificate", certificate);
    X509Certificate own = chain.getFirst();
    PrivateKey secret = privateKey(section + ".key", key, own);
    if (!belongTogether(own, secret)) {
      throw bad(
          section + ".key",
          key,
          "another key",
          "the one of " + section + ".certificate, " + certificate);
    }
    return new Identity(chain, secret);
  }

  /**
   * Reads certificates.
   *
   * @param setting what messages call the file
   * @throws IllegalArgumentException if there is none, or the file is malformed
   */
  public static List<X509Certificate> certificates(String setting, Path file) {
    byte[] pem = read(setting, file);
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .stream()
              .map((Certificate certificate) -> (X509Certificate) certificate)
              .toList();
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (CertificateException e) {
      // Told below; the library's words are about bytes.
    }
    throw bad(setting, file, "no certificate", "PEM, -----BEGIN CERTIFICATE-----");
  }

  private static PrivateKey privateKey(String setting, Path file, X509Certificate certificate) {
    String algorithm = certificate.getPublicKey().getAlgorithm();
    String text = new String(read(setting, file), StandardCharsets.ISO_8859_1);
    Matcher pem = KEY.matcher(text);
    if (!pem.find()) {
      throw bad(
          setting,
          file,
          text.contains("PRIVATE KEY-----") ? "a key of another form" : "no key",
          "PEM, -----BEGIN PRIVATE KEY-----, as `openssl pkcs8 -topk8 -nocrypt` writes it");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw bad(setting, file, "malformed, or not " + algorithm, "the key of the certificate");
    }
  }

  /** A signature of the one is checked by the other: holds for every kind of key. */
  private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    byte[] text = "qaqpa".getBytes(StandardCharsets.US_ASCII);
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(text);
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(text);
      return verifier.verify(signer.sign());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte[] read(String setting, Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw bad(setting, file, Files.size(file) + " bytes", "at most " + LARGEST);
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw bad(setting, file, "no such file", "a PEM file");
    } catch (IOException e) {
      throw bad(setting, file, "cannot be read", "a readable PEM file");
    }
  }

  private static IllegalArgumentException bad(
      String setting, Path file, String found, String expected) {
    return new IllegalArgumentException(
        setting + ": " + file + ": " + found + " (expected: " + expected + ")");
  }
}
