package kz.qaqpa.engine.trt.library;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes a shared library for Linux on x86-64 that has a name and, if need be, a few functions
 * given as machine code: enough for a loader that wants the library to be there. No compiler is
 * needed.
 *
 * <p>JavaCPP's bindings of TensorRT name cuBLAS, cuDNN and NVRTC as needed, and the system's loader
 * insists on files of these names, two gigabytes of them, though TensorRT 11 calls none.
 *
 * <p>Layout: one page to read and execute (headers, hash table, symbols, strings, code), one to
 * write, for the dynamic section, which older loaders patch in place. Source: System V ABI,
 * chapters 4 and 5, and its AMD64 supplement.
 */
public final class ElfStub {
  private static final int PAGE = 0x1000;
  private static final int HEADER = 64;
  private static final int SEGMENT = 56;
  private static final int SYMBOL = 24;
  private static final int ENTRY = 16;

  private static final int LOAD = 1;
  private static final int DYNAMIC = 2;
  private static final int STACK = 0x6474e551;
  private static final int READ_EXECUTE = 5;
  private static final int READ_WRITE = 6;

  private final String name;
  private final List<String> functions = new ArrayList<>();
  private final List<byte[]> code = new ArrayList<>();

  /**
   * @param name what other libraries ask for, for instance {@code libcuda.so.1}
   */
  public ElfStub(String name) {
    this.name = name;
  }

  /** Adds a function; its code in hexadecimal, ending in a return, independent of where it lies. */
  public ElfStub function(String function, String machineCode) {
    functions.add(function);
    code.add(HexFormat.of().parseHex(machineCode));
    return this;
  }

  /** Writes the file. */
  public void write(Path file) throws IOException {
    Files.write(file, bytes());
  }

  private byte[] bytes() {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    names.write(0);
    int ownName = add(names, name);
    int[] nameAt = functions.stream().mapToInt(function -> add(names, function)).toArray();
    int hash = HEADER + 4 * SEGMENT;
    int count = functions.size() + 1;
    int symbols = align(hash + 4 * (3 + count));
    int strings = symbols + count * SYMBOL;
    int text = align(strings + names.size());
    ByteBuffer file = ByteBuffer.allocate(PAGE + 7 * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    header(file);
    file.putInt(hash, 1).putInt(hash + 4, count).putInt(hash + 8, count > 1 ? 1 : 0);
    file.put(strings, names.toByteArray());
    for (int i = 1; i < count; i++) {
      // One bucket: each symbol leads to the next.
      file.putInt(hash + 12 + 4 * i, i + 1 < count ? i + 1 : 0);
      byte[] body = code.get(i - 1);
      symbol(file, symbols + i * SYMBOL, nameAt[i - 1], text, body.length);
      file.put(text, body);
      text += body.length;
    }
    file.position(PAGE);
    entry(file, 14, ownName); // DT_SONAME
    entry(file, 4, hash); // DT_HASH
    entry(file, 5, strings); // DT_STRTAB
    entry(file, 6, symbols); // DT_SYMTAB
    entry(file, 10, names.size()); // DT_STRSZ
    entry(file, 11, SYMBOL); // DT_SYMENT
    return file.array();
  }

  private static void header(ByteBuffer file) {
    file.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1); // 64 bits, little-endian
    file.position(16);
    file.putShort((short) 3).putShort((short) 62).putInt(1); // a shared object for AMD64
    file.putLong(0).putLong(HEADER).putLong(0).putInt(0);
    file.putShort((short) HEADER).putShort((short) SEGMENT).putShort((short) 4);
    file.putShort((short) 0).putShort((short) 0).putShort((short) 0);
    segment(file, LOAD, READ_EXECUTE, 0, PAGE, PAGE);
    segment(file, LOAD, READ_WRITE, PAGE, 7 * ENTRY, PAGE);
    segment(file, DYNAMIC, READ_WRITE, PAGE, 7 * ENTRY, 8);
    segment(file, STACK, READ_WRITE, 0, 0, 16); // or the loader makes every stack executable
  }

  private static void segment(ByteBuffer file, int type, int flags, int at, int size, int align) {
    file.putInt(type).putInt(flags).putLong(at).putLong(at).putLong(at);
    file.putLong(size).putLong(size).putLong(align);
  }

  private static void symbol(ByteBuffer file, int at, int nameAt, int value, int size) {
    file.putInt(at, nameAt).put(at + 4, (byte) 0x12); // a global function
    file.putShort(at + 6, (short) 1); // in some section, that is, defined
    file.putLong(at + 8, value).putLong(at + 16, size);
  }

  private static void entry(ByteBuffer file, long tag, long value) {
    file.putLong(tag).putLong(value);
  }

  private static int add(ByteArrayOutputStream names, String added) {
    int at = names.size();
    names.writeBytes(added.getBytes(StandardCharsets.US_ASCII));
    names.write(0);
    return at;
  }

  private static int align(int at) {
    return (at + 15) & ~15;
  }
}
