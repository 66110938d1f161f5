package kz.qaqpa.label.key;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.label.LabelSettings;

/**
 * The keys that a gateway starts with.
 *
 * @param ring signs labels
 * @param watermarkKey of the mark in the choice of words
 * @param salt 32 bytes: the secret that salts of caches are made of
 * @param development whether any of them was made by the gateway for itself: labels then say so
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once, at start.
public record LabelKeys(KeyRing ring, long watermarkKey, byte[] salt, boolean development) {
  private static final int WATERMARK_BYTES = 8;
  private static final int SALT_BYTES = 32;

  /**
   * Loads them. Where only this machine can reach the server, what no setting names is made, once,
   * and kept; elsewhere that is refused.
   *
   * @param settings which they are
   * @param state the gateway's folder for what it must not lose ({@code ledger.folder})
   * @param host what the server is bound to
   * @param loopback whether that is a loopback address
   * @throws IllegalArgumentException with one message: which are missing, malformed or open to
   *     other users of this machine, or that it is no key's time now
   */
  public static LabelKeys load(
      LabelSettings settings, Path state, String host, boolean loopback, Instant now) {
    requireNamed(settings, host, loopback);
    OwnKeys own = new OwnKeys(state);
    KeyRing ring = ring(settings, own);
    if (ring.signing(now) == null) {
      throw new IllegalArgumentException(
          "labels.keys: none for now, " + now + " (expected: one that signs, and its time)");
    }
    byte[] watermark = secret("watermark", settings.watermarkKey(), WATERMARK_BYTES, own);
    byte[] salt = secret("salt", settings.saltKey(), SALT_BYTES, own);
    return new LabelKeys(
        ring, ByteBuffer.wrap(watermark).getLong(), salt, !absent(settings).isEmpty());
  }

  /**
   * Refuses settings that leave out what may not be left out: a look before anything is opened.
   *
   * @param host what the server is bound to
   * @param loopback whether that is a loopback address
   * @throws IllegalArgumentException naming what is missing
   */
  public static void requireNamed(LabelSettings settings, String host, boolean loopback) {
    List<String> absent = absent(settings);
    if (!absent.isEmpty() && !loopback) {
      throw new IllegalArgumentException(
          String.join(", ", absent)
              + ": absent (expected: keys of your own, as the server is bound to "
              + host
              + "; docs/labels.md says how to make them)");
    }
  }

  private static List<String> absent(LabelSettings settings) {
    List<String> absent = new ArrayList<>();
    if (settings.keys().isEmpty()) {
      absent.add("labels.keys");
    }
    if (settings.watermarkKey().isEmpty()) {
      absent.add("labels.watermarkKey");
    }
    if (settings.saltKey().isEmpty()) {
      absent.add("labels.saltKey");
    }
    return absent;
  }

  /**
   * The watermark's key of a file, which nobody else can read.
   *
   * @param setting what messages call it
   * @throws IllegalArgumentException with one message, without the key
   */
  public static byte[] watermark(String setting, Path file) {
    return KeyFiles.hex(setting, file, WATERMARK_BYTES);
  }

  private static byte[] secret(String name, String file, int bytes, OwnKeys own) {
    return KeyFiles.hex(
        "labels." + name + "Key",
        file.isEmpty() ? own.secret(name + ".key", bytes) : SettingPaths.of(file),
        bytes);
  }

  private static KeyRing ring(LabelSettings settings, OwnKeys own) {
    List<LabelSettings.Key> keys = settings.keys();
    if (keys.isEmpty()) {
      keys = List.of(new LabelSettings.Key(own.signing().toString(), null, null, null));
    }
    List<SigningKey> signing = new ArrayList<>();
    List<VerificationKey> retired = new ArrayList<>();
    Token token = null;
    for (int i = 0; i < keys.size(); i++) {
      LabelSettings.Key key = keys.get(i);
      String setting = "labels.keys[" + i + "]";
      String file = key.file();
      String alias = key.alias();
      if (file != null) {
        add(setting, file, key, signing, retired);
      } else if (alias != null) {
        token = token == null ? Token.open(settings.pkcs11()) : token;
        signing.add(token.key(setting, key, alias));
      }
    }
    return new KeyRing(signing, retired);
  }

  private static void add(
      String setting,
      String file,
      LabelSettings.Key key,
      List<SigningKey> signing,
      List<VerificationKey> retired) {
    KeyFiles.Pair pair = KeyFiles.pair(setting, SettingPaths.of(file));
    VerificationKey half = VerificationKey.of(pair.publicKey(), key.from(), key.to());
    if (pair.privateKey() == null) {
      retired.add(half);
      return;
    }
    try {
      signing.add(new SigningKey(half, pair.privateKey(), null));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(setting + ": " + file + ": " + e.getMessage(), e);
    }
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return "label keys" + (development ? " for development" : "");
  }
}
