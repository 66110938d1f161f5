package kz.qaqpa.engine.trt.library;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** A shared library of C, loaded for as long as the process lives. Safe for any thread. */
public final class NativeLibrary {
  private final Path file;
  private final SymbolLookup symbols;

  private NativeLibrary(Path file, SymbolLookup symbols) {
    this.file = file;
    this.symbols = symbols;
  }

  /**
   * Loads a library, and whatever it needs that is not loaded yet.
   *
   * @throws LibraryException if the system's loader refuses it
   */
  @SuppressWarnings("restricted") // Loading C is the point.
  public static NativeLibrary load(Path file) {
    try {
      return new NativeLibrary(file, SymbolLookup.libraryLookup(file, Arena.global()));
    } catch (IllegalArgumentException e) {
      throw new LibraryException(file + ": cannot be loaded (" + e.getMessage() + ")", e);
    }
  }

  /**
   * A function.
   *
   * @throws LibraryException if the library has none of this name
   */
  @SuppressWarnings("restricted") // A downcall is the point.
  public MethodHandle function(String name, FunctionDescriptor type) {
    return symbols
        .find(name)
        .map(address -> Linker.nativeLinker().downcallHandle(address, type))
        .orElseThrow(() ->
            new LibraryException(file + ": has no function " + name + " (another version?)", null));
  }

  /** Where it was loaded from. */
  public Path file() {
    return file;
  }
}
