package kz.qaqpa.cli.usage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import kz.qaqpa.admin.operator.DevelopmentOperator;
import kz.qaqpa.cli.client.ServerError;
import org.jspecify.annotations.Nullable;

/** Where the key for the admin port is found. Functions only. */
public final class AdminKey {
  /** What a gateway on loopback calls its file, in the ledger's folder. */
  static final String FILE = DevelopmentOperator.FILE;

  private static final String VARIABLE = "QAQPA_OPERATOR_KEY";
  private static final int LONGEST = 512;

  private AdminKey() {}

  /**
   * The key that was given, that of the environment, or that which a gateway of this machine left
   * for its own user; in this order. The last one is for servers of this machine alone.
   *
   * @param given by option, or null
   * @param folder of the ledger; asked only where nothing else has a key
   * @throws ServerError if there is none
   */
  public static String find(
      @Nullable String given, Map<String, String> environment, URI server, Supplier<Path> folder) {
    if (given != null && !given.isEmpty()) {
      return given;
    }
    String variable = environment.getOrDefault(VARIABLE, "");
    if (!variable.isEmpty()) {
      return variable;
    }
    if (!isLoopback(server.getHost())) {
      throw new ServerError(
          "no key for " + server.getHost() + " (expected: --key or " + VARIABLE + ")");
    }
    return read(folder.get().resolve(FILE));
  }

  private static String read(Path file) {
    try {
      String key = Files.readString(file, StandardCharsets.US_ASCII).strip();
      if (!key.isEmpty() && key.length() <= LONGEST) {
        return key;
      }
    } catch (IOException e) {
      // Told below, with the same words as an empty file.
    }
    throw new ServerError(
        "no key (expected: --key, "
            + VARIABLE
            + ", or "
            + file
            + " of a gateway that runs on this machine)");
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host.replaceAll("^\\[|]$", "")).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
