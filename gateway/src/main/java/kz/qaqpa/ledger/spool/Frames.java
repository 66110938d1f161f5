package kz.qaqpa.ledger.spool;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * How records lie in a file: a mark, the length, the time of writing, a CRC-32C over length, time
 * and record, then the record itself. Numbers are big-endian. Functions only.
 */
public final class Frames {
  /** Bytes before a record. */
  static final int HEADER = 2 * Integer.BYTES + Long.BYTES + Integer.BYTES;

  /** The longest record, with its label. */
  static final int MAX_RECORD = 1 << 18;

  /** "QSP1". */
  private static final int MARK = 0x51535031;

  private Frames() {}

  /**
   * What was found in a file.
   *
   * @param records those that are whole, in their order
   * @param damaged bytes in between that are no record
   * @param torn bytes after the last record: the beginning of one that was never finished
   */
  public record Found(List<Frame> records, int damaged, int torn) {}

  /** A record as it was written. */
  public static final class Frame {
    private final byte[] record;
    private final long writtenMillis;

    private Frame(byte[] record, long writtenMillis) {
      this.record = record;
      this.writtenMillis = writtenMillis;
    }

    /** What was written. */
    public byte[] record() {
      return record;
    }

    /** When, in milliseconds since 1970. */
    long writtenMillis() {
      return writtenMillis;
    }
  }

  /** Bytes of a frame. */
  public static int size(byte[] record) {
    return HEADER + record.length;
  }

  /** Writes one. */
  public static void put(ByteBuffer out, byte[] record, long writtenMillis) {
    out.putInt(MARK).putInt(record.length).putLong(writtenMillis);
    out.putInt(crc(record.length, writtenMillis, ByteBuffer.wrap(record))).put(record);
  }

  /** Reads a whole file. After bytes that are no record it looks for the next one. */
  static Found read(ByteBuffer file) {
    return read(file, MAX_RECORD);
  }

  /**
   * The same.
   *
   * @param most bytes of the longest record
   */
  public static Found read(ByteBuffer file, int most) {
    List<Frame> records = new ArrayList<>();
    int damaged = 0;
    int end = 0; // Of the last whole record.
    int at = 0;
    while (at <= file.limit() - HEADER) {
      int length = file.getInt(at + Integer.BYTES);
      if (isWhole(file, at, length, most)) {
        byte[] record = new byte[length];
        file.get(at + HEADER, record);
        records.add(new Frame(record, file.getLong(at + 2 * Integer.BYTES)));
        damaged += at - end;
        at += HEADER + length;
        end = at;
      } else {
        at++;
      }
    }
    return new Found(records, damaged, file.limit() - end);
  }

  private static boolean isWhole(ByteBuffer file, int at, int length, int most) {
    if (file.getInt(at) != MARK
        || length < 0
        || length > most
        || at + HEADER + length > file.limit()) {
      return false;
    }
    long written = file.getLong(at + 2 * Integer.BYTES);
    return file.getInt(at + HEADER - Integer.BYTES)
        == crc(length, written, file.slice(at + HEADER, length));
  }

  private static int crc(int length, long written, ByteBuffer record) {
    CRC32C crc = new CRC32C();
    crc.update(
        ByteBuffer.allocate(Integer.BYTES + Long.BYTES).putInt(length).putLong(written).flip());
    crc.update(record);
    return (int) crc.getValue();
  }
}
