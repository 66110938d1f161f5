package kz.qaqpa.admission.suspension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import kz.qaqpa.file.PrivateFile;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The suspensions that were last known, for a gateway that starts while the database is away. Waits
 * for the disk.
 */
public final class SuspensionFile {
  /** Its name in the ledger's folder. */
  public static final String NAME = "suspensions.json";

  private static final long LARGEST = 64 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path file;

  private record Content(List<Suspension> suspensions) {}

  /**
   * @param folder of the ledger
   */
  public SuspensionFile(Path folder) {
    this.file = folder.resolve(NAME);
  }

  /**
   * What was last known, or null if nothing ever was.
   *
   * @throws IOException if the file cannot be read, or is not one of ours
   */
  @Nullable List<Suspension> read() throws IOException {
    try {
      if (Files.size(file) > LARGEST) {
        throw new IOException(file + ": " + Files.size(file) + " bytes (expected: fewer)");
      }
      List<Suspension> read = JSON.readValue(Files.readAllBytes(file), Content.class).suspensions();
      if (read == null || read.stream().anyMatch(SuspensionFile::isIncomplete)) {
        throw new IOException(file + ": incomplete (expected: as the gateway wrote it)");
      }
      return read;
    } catch (NoSuchFileException e) {
      return null;
    } catch (JacksonException e) {
      throw new IOException(file + ": malformed (expected: as the gateway wrote it)", e);
    }
  }

  @SuppressWarnings("ConstantValue") // Jackson fills records without asking what may be null.
  private static boolean isIncomplete(@Nullable Suspension read) {
    return read == null
        || read.agency() == null
        || read.application() == null
        || read.by() == null
        || read.reason() == null
        || read.since() == null;
  }

  /** Writes what is known now. */
  void write(Collection<Suspension> known) throws IOException {
    List<Suspension> sorted =
        known.stream().sorted(Comparator.comparing(Suspension::fullId)).toList();
    PrivateFile.write(file, JSON.writeValueAsBytes(new Content(sorted)));
  }
}
