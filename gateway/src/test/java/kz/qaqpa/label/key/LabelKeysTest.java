package kz.qaqpa.label.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kz.qaqpa.label.LabelSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys at the start: made, found, or refused in one sentence. */
class LabelKeysTest {
  private static final Instant NOW = Instant.parse("2026-12-01T09:00:00Z");
  private static final String WATERMARK = "00112233445566ff";
  private static final String SALT = "ab".repeat(32);

  @TempDir private Path folder;

  @Test
  void theFirstStartOnLoopbackMakesKeys_andTheNextFindsThem() throws Exception {
    LabelKeys first = own();
    LabelKeys second = own();
    assertThat(first.development()).isTrue();
    assertThat(second.ring().jwks()).isEqualTo(first.ring().jwks());
    assertThat(second.watermarkKey()).isEqualTo(first.watermarkKey());
    assertThat(second.salt()).isEqualTo(first.salt()).hasSize(32);
    assertThat(first.toString()).isEqualTo("label keys for development");
    try (Stream<Path> files = Files.list(folder.resolve("keys"))) {
      for (Path file : files.toList()) {
        assertThat(mode(file)).as(file.toString()).isEqualTo("rw-------");
      }
    }
    assertThat(mode(folder.resolve("keys"))).isEqualTo("rwx------");
    assertThat(names()).containsExactlyInAnyOrder("label-signing.pem", "watermark.key", "salt.key");
  }

  @Test
  void manyFirstStartsAtOnceAgree() throws Exception {
    List<Callable<LabelKeys>> starts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      starts.add(this::own);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      Set<String> keys =
          threads.invokeAll(starts).stream()
              .map(Future::resultNow)
              .map(found -> Base64.getEncoder().encodeToString(found.ring().jwks()))
              .collect(Collectors.toSet());
      assertThat(keys).hasSize(1);
    }
    assertThat(names()).hasSize(3);
  }

  @Test
  void boundElsewhere_missingKeysRefuseToStart() {
    assertThatThrownBy(() -> load(SampleKeys.settings(List.of()), false))
        .hasMessage(
            "labels.keys, labels.watermarkKey, labels.saltKey: absent (expected: keys of your own,"
                + " as the server is bound to 0.0.0.0; docs/labels.md says how to make them)");
    assertThat(folder.resolve("keys")).doesNotExist();
  }

  @Test
  void boundElsewhere_withKeysOfOnesOwn() throws Exception {
    LabelKeys keys = load(complete(pem("a.pem", SampleKeys.pair("Ed25519"), "rw-------")), false);
    assertThat(keys.development()).isFalse();
    assertThat(keys.watermarkKey()).isEqualTo(0x00112233445566FFL);
    assertThat(keys.salt()).hasSize(32).containsOnly((byte) 0xab);
    assertThat(folder.resolve("keys")).doesNotExist();
  }

  @Test
  void anyFileThatOthersCanReadRefusesToStart() throws Exception {
    for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----", "rwx--x---")) {
      Path open = pem("open.pem", SampleKeys.pair("Ed25519"), mode);
      assertThatThrownBy(() -> load(complete(open), false))
          .hasMessage(
              "labels.keys[0]: "
                  + open
                  + ": open to other users (expected: mode 0600: chmod 600 FILE)");
    }
    Path key = pem("a.pem", SampleKeys.pair("Ed25519"), "rw-------");
    Path salt = write("open-salt", SALT, "rw-r--r--");
    assertThatThrownBy(() ->
            load(
                SampleKeys.settings(List.of(entry(key)), secret("w", WATERMARK), salt.toString()),
                false))
        .hasMessageStartingWith("labels.saltKey: " + salt + ": open to other users");
    // Also those that the gateway made.
    own();
    Files.setPosixFilePermissions(
        folder.resolve("keys/label-signing.pem"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(this::own).hasMessageContaining("label-signing.pem: open to other users");
  }

  @Test
  void retiredKeysVerifyOnly_andOneHasToSign() throws Exception {
    KeyPair old = SampleKeys.pair("EC");
    Path half = write("old.pub.pem", block("PUBLIC KEY", old.getPublic()), "rw-r--r--");
    Path key = pem("a.pem", SampleKeys.pair("Ed25519"), "rw-------");
    LabelKeys keys = load(complete(half, key), false);
    assertThat(keys.ring().keys().size()).isEqualTo(2);
    assertThat(keys.ring().signing(NOW)).isNotNull();
    assertThatThrownBy(() -> load(complete(half), false))
        .hasMessage(
            "labels.keys: none for now, 2026-12-01T09:00:00Z (expected: one that signs, and its"
                + " time)");
    LabelSettings.Key later =
        new LabelSettings.Key(key.toString(), null, "2027-01-01T00:00:00Z", null);
    assertThatThrownBy(() ->
            load(
                SampleKeys.settings(List.of(later), secret("w", WATERMARK), secret("s", SALT)),
                false))
        .hasMessageStartingWith("labels.keys: none for now");
  }

  @Test
  void filesThatAreNoKeysAreNamed() throws Exception {
    KeyPair pair = SampleKeys.pair("Ed25519");
    refused(folder.resolve("nowhere"), "no such file (expected: a file, mode 0600)");
    refused(write("empty", "", "rw-------"), "no key of this form");
    refused(
        write("secret only", block("PRIVATE KEY", pair.getPrivate()), "rw-------"), "no public");
    refused(
        write(
            "mixed",
            block("PRIVATE KEY", pair.getPrivate())
                + block("PUBLIC KEY", SampleKeys.pair("Ed25519").getPublic()),
            "rw-------"),
        "private and public key of different keys");
    refused(
        write("rsa", block("PUBLIC KEY", SampleKeys.pair("RSA").getPublic()), "rw-------"),
        "malformed, or of another kind");
    refused(write("large", "x".repeat(70_000), "rw-------"), "70000 bytes (expected: at most");
    refused(folder, "");
    Path key = pem("a.pem", pair, "rw-------");
    for (String bad : List.of("", "zz".repeat(8), "00")) {
      Path file = write("bad", bad, "rw-------");
      assertThatThrownBy(() ->
              load(
                  SampleKeys.settings(List.of(entry(key)), file.toString(), secret("s", SALT)),
                  false))
          .hasMessageStartingWith("labels.watermarkKey: " + file + ": ")
          .hasMessageEndingWith("16 hexadecimal digits, as `openssl rand -hex 8` makes)");
    }
  }

  private void refused(Path file, String why) {
    assertThatThrownBy(() -> load(complete(file), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("labels.keys[0]: " + file + ": " + why);
  }

  private LabelKeys own() {
    return LabelKeys.load(SampleKeys.settings(List.of()), folder, "127.0.0.1", true, NOW);
  }

  private LabelKeys load(LabelSettings settings, boolean loopback) {
    return LabelKeys.load(settings, folder, "0.0.0.0", loopback, NOW);
  }

  private LabelSettings complete(Path... files) throws IOException {
    return SampleKeys.settings(
        Stream.of(files).map(LabelKeysTest::entry).toList(),
        secret("watermark", WATERMARK),
        secret("salt", SALT));
  }

  private static LabelSettings.Key entry(Path file) {
    return new LabelSettings.Key(file.toString(), null, null, null);
  }

  private String secret(String name, String text) throws IOException {
    return write(name, text + "\n", "rw-------").toString();
  }

  private Path pem(String name, KeyPair pair, String mode) throws IOException {
    return write(
        name,
        block("PRIVATE KEY", pair.getPrivate()) + block("PUBLIC KEY", pair.getPublic()),
        mode);
  }

  private Path write(String name, String text, String mode) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  private static String block(String name, Key key) {
    String text = Base64.getMimeEncoder().encodeToString(key.getEncoded());
    return "-----BEGIN " + name + "-----\n" + text + "\n-----END " + name + "-----\n";
  }

  private @Nullable String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("keys"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
