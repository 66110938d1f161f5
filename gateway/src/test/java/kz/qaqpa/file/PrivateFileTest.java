package kz.qaqpa.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFileTest {
  @TempDir private Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void isForItsUserAlone_withItsFolder() throws IOException {
    Path file = folder.resolve("a").resolve("b").resolve("c.json");
    PrivateFile.write(file, bytes("one"));
    assertThat(file).hasContent("one");
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(mode(folder.resolve("a"))).isEqualTo("rwx------");
    PrivateFile.write(file, bytes("two"));
    assertThat(file).hasContent("two");
  }

  @Test
  void replacesALink_notWhatItPointsTo() throws IOException {
    Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "theirs");
    Path file = Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    PrivateFile.write(file, bytes("ours"));
    assertThat(elsewhere).hasContent("theirs");
    assertThat(Files.isSymbolicLink(file)).isFalse();
    assertThat(file).hasContent("ours");
  }

  @Test
  void aFailure_leavesWhatWasThere_andNothingElse() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Files.writeString(taken.resolve("x"), "theirs");
    assertThatThrownBy(() -> PrivateFile.write(taken, bytes("ours")))
        .isInstanceOf(IOException.class);
    assertThat(taken.resolve("x")).hasContent("theirs");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(taken);
    }
  }
}
