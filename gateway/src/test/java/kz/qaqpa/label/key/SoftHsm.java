package kz.qaqpa.label.key;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.label.LabelSettings;

/**
 * A token in software, with a folder of its own. Its library reads its settings from the
 * environment of the process, once: a test JVM has one.
 */
final class SoftHsm {
  private static final List<Path> LIBRARIES =
      List.of(
          Path.of("/usr/lib/softhsm/libsofthsm2.so"),
          Path.of("/usr/lib64/pkcs11/libsofthsm2.so"),
          Path.of("/opt/homebrew/lib/softhsm/libsofthsm2.so"));
  private static final String VARIABLE = "SOFTHSM2_CONF";
  private static final String PIN = "13579";

  private final Path folder;
  private final Path configuration;
  private final Path library;

  /** Makes a token with a PIN. */
  SoftHsm(Path folder) throws Exception {
    this.folder = folder;
    this.library = LIBRARIES.stream().filter(Files::exists).findFirst().orElseThrow();
    Path tokens = Files.createDirectories(folder.resolve("tokens"));
    this.configuration =
        Files.writeString(
            folder.resolve("softhsm2.conf"),
            "directories.tokendir = " + tokens + "\nobjectstore.backend = file\n");
    run(
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        "qaqpa",
        "--pin",
        PIN,
        "--so-pin",
        "97531");
    setEnvironment(VARIABLE, configuration.toString());
  }

  /** Makes a key, as docs/labels.md says: with a certificate that says nothing. */
  void makeKey(String alias, String... kind) throws Exception {
    Path provider =
        Files.writeString(
            folder.resolve("provider.cfg"),
            "name = qaqpa\nlibrary = " + library + "\nslotListIndex = 0\n");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-validity",
                "3650",
                "-keystore",
                "NONE",
                "-storetype",
                "PKCS11",
                "-storepass",
                PIN,
                "-providerclass",
                "sun.security.pkcs11.SunPKCS11",
                "-providerarg",
                provider.toString()));
    command.addAll(List.of(kind));
    run(command.toArray(new String[0]));
  }

  /** The settings of this token. */
  LabelSettings.Pkcs11 settings() throws IOException {
    return settings(PIN);
  }

  LabelSettings.Pkcs11 settings(String pin) throws IOException {
    Path file = Files.writeString(folder.resolve("pin"), pin + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return new LabelSettings.Pkcs11(library.toString(), 0, file.toString());
  }

  private void run(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(VARIABLE, configuration.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(command[0] + ": " + said);
    }
  }

  /** Of this process: Java has no way to. */
  private static void setEnvironment(String name, String value) throws Exception {
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment nameText = arena.allocateFrom(name);
      MemorySegment valueText = arena.allocateFrom(value);
      Object result =
          linker
              .downcallHandle(
                  linker.defaultLookup().find("setenv").orElseThrow(),
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT,
                      ValueLayout.ADDRESS,
                      ValueLayout.ADDRESS,
                      ValueLayout.JAVA_INT))
              .invokeWithArguments(nameText, valueText, 1);
      if (!Integer.valueOf(0).equals(result)) {
        throw new IllegalStateException("setenv: " + result);
      }
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
