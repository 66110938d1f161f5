package kz.qaqpa.label.key;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.cert.Certificate;
import kz.qaqpa.label.LabelSettings;

/**
 * Keys in a PKCS #11 token, by the JDK's provider. A key needs a certificate beside it, which
 * {@code keytool} makes with it and which may be self-signed: only its public key is looked at.
 */
final class Token {
  private static final String PROVIDER = "SunPKCS11";

  private final Provider provider;
  private final KeyStore store;

  private Token(Provider provider, KeyStore store) {
    this.provider = provider;
    this.store = store;
  }

  /**
   * Opens a token.
   *
   * @throws IllegalArgumentException naming the setting that is wrong
   */
  static Token open(LabelSettings.Pkcs11 settings) {
    char[] pin = KeyFiles.line("labels.pkcs11.pinFile", SettingPaths.of(settings.pinFile()));
    Provider base = Security.getProvider(PROVIDER);
    if (base == null) {
      throw new IllegalArgumentException(
          "labels.pkcs11.library: this Java has no " + PROVIDER + " (expected: a full JDK)");
    }
    // The two dashes say that this is the configuration and not the name of its file.
    String configuration =
        "--name = qaqpa\nlibrary = \""
            + SettingPaths.of(settings.library()).toAbsolutePath()
            + "\"\nslotListIndex = "
            + settings.slotIndex()
            + "\n";
    try {
      Provider provider = base.configure(configuration);
      KeyStore store = KeyStore.getInstance("PKCS11", provider);
      store.load(null, pin);
      return new Token(provider, store);
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "labels.pkcs11: "
              + settings.library()
              + ", slot "
              + settings.slotIndex()
              + ": cannot be opened: "
              + cause(e)
              + " (expected: a token that the PIN of labels.pkcs11.pinFile opens)",
          e);
    }
  }

  /** The last word of the chain: the provider's own are about its classes. */
  private static String cause(Throwable e) {
    Throwable last = e;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return String.valueOf(last.getMessage());
  }

  /**
   * The key of an alias.
   *
   * @throws IllegalArgumentException if there is none, or none that can sign labels
   */
  SigningKey key(String setting, LabelSettings.Key wanted, String alias) {
    try {
      Certificate certificate = store.getCertificate(alias);
      if (certificate == null || !(store.getKey(alias, null) instanceof PrivateKey key)) {
        throw new IllegalArgumentException("no key with a certificate");
      }
      VerificationKey half =
          VerificationKey.of(certificate.getPublicKey(), wanted.from(), wanted.to());
      return new SigningKey(half, key, provider);
    } catch (GeneralSecurityException
        | ProviderException
        | IllegalStateException
        | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          setting + ": " + alias + ": " + e.getMessage() + " (expected: a key in the token)", e);
    }
  }
}
