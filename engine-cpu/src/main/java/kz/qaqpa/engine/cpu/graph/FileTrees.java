package kz.qaqpa.engine.cpu.graph;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** The two things we do with folders. */
final class FileTrees {
  private FileTrees() {}

  /** Deletes a folder with all that is in it, as far as that goes; links are not followed. */
  static void delete(Path root) {
    try {
      Files.walkFileTree(root, new Deleter());
    } catch (IOException left) {
      // A leftover costs disk space and nothing else; whoever makes the entry next meets it again.
    }
  }

  /** Creates the folder if need be; says in a few words why nothing can be written, or nothing. */
  static String obstacleToWriting(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, "probe", ".tmp"));
      return "";
    } catch (IOException e) {
      return "cannot be written: " + e;
    }
  }

  private static final class Deleter extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
