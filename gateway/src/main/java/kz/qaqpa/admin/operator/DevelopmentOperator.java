package kz.qaqpa.admin.operator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kz.qaqpa.file.PrivateFile;

/**
 * The key to try the admin port with: random at each start, in a file that only the gateway's own
 * user may read, and gone with the gateway. For a gateway without operators whose admin port nobody
 * outside this machine can reach.
 *
 * @param operator whose key it is
 * @param key the key
 * @param file where it lies
 */
public record DevelopmentOperator(Operator operator, String key, Path file)
    implements AutoCloseable {

  /** The file's name in the ledger's folder. */
  public static final String FILE = "admin.key";

  /**
   * Makes a key and writes it.
   *
   * @param folder of the ledger
   * @throws IOException if it cannot be written
   */
  public static DevelopmentOperator make(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    String key = OperatorKey.random();
    PrivateFile.write(file, (key + "\n").getBytes(StandardCharsets.US_ASCII));
    Operator operator = new Operator("development", "Development", Role.OPERATOR, null);
    return new DevelopmentOperator(operator, key, file);
  }

  /** Without the key: records are easily printed. */
  @Override
  public String toString() {
    return "DevelopmentOperator[" + file + "]";
  }

  /** Removes the file, unless another gateway has put its own there since. */
  @Override
  public void close() {
    try {
      if (Files.exists(file) && Files.readString(file).strip().equals(key)) {
        Files.delete(file);
      }
    } catch (IOException e) {
      // The key in it opens nothing any more.
    }
  }
}
