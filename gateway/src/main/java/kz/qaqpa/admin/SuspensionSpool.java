package kz.qaqpa.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.admin.audit.AuditEvent;
import kz.qaqpa.admission.suspension.Suspension;
import kz.qaqpa.file.PrivateFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Suspensions of this gateway that the database has not taken yet, with their audit records, in
 * their order: on disk, for they are in force and must stay so after a restart. Waits for the disk.
 */
final class SuspensionSpool {
  static final String NAME = "suspensions-to-write.json";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path file;

  /**
   * One that waits.
   *
   * @param event its audit record
   * @param audited whether that is already in the audit log
   */
  record Waiting(Suspension suspension, AuditEvent event, boolean audited) {
    Waiting inAuditLog() {
      return new Waiting(suspension, event, true);
    }
  }

  private record Content(List<Waiting> waiting) {}

  /**
   * @param folder of the ledger
   */
  SuspensionSpool(Path folder) {
    this.file = folder.resolve(NAME);
  }

  /**
   * What waits.
   *
   * @throws IOException if the file cannot be read, or is not one of ours: what it says is in force
   *     must not be lost
   */
  List<Waiting> read() throws IOException {
    try {
      return List.copyOf(JSON.readValue(Files.readAllBytes(file), Content.class).waiting());
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (JacksonException | NullPointerException e) {
      throw new IOException(file + ": malformed (expected: as the gateway wrote it)", e);
    }
  }

  /** Replaces what waits; on disk when this returns. */
  void write(List<Waiting> waiting) throws IOException {
    PrivateFile.write(file, JSON.writeValueAsBytes(new Content(waiting)));
  }
}
