package kz.qaqpa.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatchTest {
  @TempDir Path dir;

  private final List<String> told = new ArrayList<>();

  @Test
  void aChangeIsToldOnce_whenTwoLooksSawTheSame() throws IOException {
    Path file = Files.writeString(dir.resolve("a.yaml"), "one");
    FileWatch watch = watch(file);
    assertThat(text(watch.first())).isEqualTo("one");
    look(watch, 3);
    assertThat(told).isEmpty();

    Files.writeString(file, "tw"); // Half of it.
    look(watch, 1);
    Files.writeString(file, "two");
    look(watch, 1);
    assertThat(told).isEmpty();
    look(watch, 3);
    assertThat(told).containsExactly("two");
  }

  @Test
  void sizeAndTimeMayBeTheSame() throws IOException {
    Path file = Files.writeString(dir.resolve("a.yaml"), "one");
    FileTime time = Files.getLastModifiedTime(file);
    FileWatch watch = watch(file);
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, time);
    look(watch, 2);
    assertThat(told).containsExactly("two");
  }

  @Test
  void filesThatArePutInPlace_andLinksThatAreTurnedOver() throws IOException {
    Path file = Files.writeString(dir.resolve("a.yaml"), "one");
    FileWatch watch = watch(file);
    Path other = Files.writeString(dir.resolve("a.yaml.new"), "two");
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
    look(watch, 2);
    assertThat(told).containsExactly("two");

    // As a ConfigMap is mounted: a.yaml -> ..data/a.yaml, ..data -> ..1
    Path mount = Files.createDirectory(dir.resolve("mount"));
    for (String version : List.of("..1", "..2")) {
      Files.createDirectory(mount.resolve(version));
      Files.writeString(mount.resolve(version).resolve("a.yaml"), version);
    }
    Files.createSymbolicLink(mount.resolve("..data"), Path.of("..1"));
    Path linked = Files.createSymbolicLink(mount.resolve("a.yaml"), Path.of("..data/a.yaml"));
    FileWatch links = watch(linked);
    assertThat(text(links.first())).isEqualTo("..1");
    Path turned = Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..2"));
    Files.move(turned, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    look(links, 2);
    assertThat(told).containsExactly("two", "..2");
  }

  @Test
  void aMissingFileIsToldToo_andOneThatIsMissingForAMomentIsNot() throws IOException {
    Path file = Files.writeString(dir.resolve("a.yaml"), "one");
    FileWatch watch = watch(file);
    Files.delete(file);
    look(watch, 1);
    Files.writeString(file, "one");
    look(watch, 2);
    assertThat(told).isEmpty();

    Files.delete(file);
    look(watch, 3);
    assertThat(told).containsExactly("no such file");
    Files.createDirectory(file);
    look(watch, 3);
    Files.delete(file);
    Files.writeString(file, "one");
    look(watch, 3);
    assertThat(told).containsExactly("no such file", "not a regular file", "one");
  }

  @Test
  void whatAListenerThrowsEndsNothing() throws IOException {
    Path file = Files.writeString(dir.resolve("a.yaml"), "one");
    FileWatch watch =
        new FileWatch(
            file,
            seen -> {
              told.add(text(seen));
              throw new IllegalStateException("on purpose");
            });
    Files.writeString(file, "two");
    look(watch, 2);
    Files.writeString(file, "three");
    look(watch, 2);
    assertThat(told).containsExactly("two", "three");
  }

  @Test
  void looksByItself_untilItIsClosed() throws Exception {
    Path file = Files.writeString(dir.resolve("a.yaml"), "one");
    BlockingQueue<String> changes = new LinkedBlockingQueue<>();
    try (FileWatch watch = new FileWatch(file, seen -> changes.add(text(seen)))) {
      watch.start();
      Files.writeString(file, "two");
      assertThat(changes.poll(10, TimeUnit.SECONDS)).isEqualTo("two");
      assertThat(text(watch.now())).isEqualTo("two");
    }
  }

  private FileWatch watch(Path file) {
    return new FileWatch(
        file, seen -> told.add(seen.trouble() == null ? text(seen) : seen.trouble()));
  }

  private static void look(FileWatch watch, int times) {
    for (int i = 0; i < times; i++) {
      watch.look();
    }
  }

  private static String text(FileWatch.Seen seen) {
    return new String(seen.content(), StandardCharsets.UTF_8);
  }
}
