package kz.qaqpa.engine.trt.library;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * An empty shared library: a name, no code, no symbols.
 *
 * <p>JavaCPP's bindings of TensorRT name cuBLAS, cuDNN and NVRTC as needed, and the system's loader
 * insists on files of these names, two gigabytes of them, though TensorRT 11 calls none. A file of
 * a few hundred bytes satisfies it. Format: System V ABI, ELF-64, x86-64; one segment that holds
 * the dynamic section, and the mark that the stack need not be executable.
 */
final class ElfStub {
  private static final int HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int PROGRAM_HEADERS = 3;
  private static final int DYNAMIC_ENTRIES = 7;
  private static final int DYNAMIC_BYTES = DYNAMIC_ENTRIES * 16;
  private static final int SYMBOL = 24;
  private static final int HASH = 16;

  private static final int DYNAMIC = HEADER + PROGRAM_HEADERS * PROGRAM_HEADER;
  private static final int SYMBOLS = DYNAMIC + DYNAMIC_BYTES;
  private static final int HASHES = SYMBOLS + SYMBOL;
  private static final int STRINGS = HASHES + HASH;

  private static final int PAGE = 4096;
  private static final int READ_WRITE = 6;

  private ElfStub() {}

  /** The bytes of a library of this name. */
  static byte[] named(String soname) {
    byte[] name = soname.getBytes(StandardCharsets.US_ASCII);
    int stringBytes = name.length + 2; // A zero before it, and one behind.
    ByteBuffer file = ByteBuffer.allocate(STRINGS + stringBytes).order(ByteOrder.LITTLE_ENDIAN);
    header(file);
    segment(file, 1, 0, file.capacity(), PAGE); // PT_LOAD
    segment(file, 2, DYNAMIC, DYNAMIC_BYTES, 8); // PT_DYNAMIC
    segment(file, 0x6474e551, 0, 0, 16); // PT_GNU_STACK
    dynamic(file, 14, 1); // DT_SONAME, by its place among the strings
    dynamic(file, 5, STRINGS); // DT_STRTAB
    dynamic(file, 10, stringBytes); // DT_STRSZ
    dynamic(file, 6, SYMBOLS); // DT_SYMTAB
    dynamic(file, 11, SYMBOL); // DT_SYMENT
    dynamic(file, 4, HASHES); // DT_HASH
    dynamic(file, 0, 0); // DT_NULL
    file.position(HASHES);
    file.putInt(1).putInt(1).putInt(0).putInt(0); // One bucket, one symbol: the empty one.
    file.put((byte) 0).put(name).put((byte) 0);
    return file.array();
  }

  private static void header(ByteBuffer file) {
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    file.putShort((short) 3); // ET_DYN
    file.putShort((short) 62); // EM_X86_64
    file.putInt(1).putLong(0).putLong(HEADER).putLong(0).putInt(0);
    file.putShort((short) HEADER).putShort((short) PROGRAM_HEADER);
    file.putShort((short) PROGRAM_HEADERS);
    file.putShort((short) 64).putShort((short) 0).putShort((short) 0); // No sections.
  }

  private static void segment(ByteBuffer file, int type, long offset, long bytes, long align) {
    file.putInt(type).putInt(READ_WRITE);
    file.putLong(offset).putLong(offset).putLong(offset).putLong(bytes).putLong(bytes);
    file.putLong(align);
  }

  private static void dynamic(ByteBuffer file, long tag, long value) {
    file.putLong(tag).putLong(value);
  }
}
