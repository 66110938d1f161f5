package kz.qaqpa.engine.trt.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unpacking, from jars of a few bytes. */
class InstallationTest {
  @TempDir private Path folder;

  private final List<String> progress = new ArrayList<>();

  @Test
  void unpacksWhatIsNeededAndWritesWhatIsNot() throws IOException {
    Path target = Installation.folder(folder.resolve("cache"));
    Installation installation = new Installation(target, progress::add);
    assertThat(installation.present()).isFalse();
    Path cuda =
        jar("cuda", "cuda/linux-x86_64/libcudart.so.13", "cuda/linux-x86_64/libcufft.so.12");
    Path trt =
        jar(
            "trt",
            "tensorrt/linux-x86_64/libnvinfer.so.11",
            "tensorrt/linux-x86_64/libnvinfer_builder_resource_ptx.so.11.2.1",
            "tensorrt/linux-x86_64/../../../../libnvinfer.so.11",
            "tensorrt/linux-x86_64/libnvonnxparser.so.11");
    installation.unpack(List.of(cuda, trt));
    assertThat(installation.present()).isTrue();
    assertThat(names(target))
        .containsExactly(
            "libcublas.so.13",
            "libcublasLt.so.13",
            "libcudart.so.13",
            "libcudnn_adv.so.9",
            "libcudnn_cnn.so.9",
            "libcudnn_graph.so.9",
            "libcudnn_ops.so.9",
            "libnvinfer.so.11",
            "libnvinfer_builder_resource_ptx.so.11.2.1",
            "libnvrtc.so.13");
    assertThat(target.resolve("libnvinfer.so.11"))
        .hasContent("org/bytedeco/tensorrt/linux-x86_64/libnvinfer.so.11");
    assertThat(progress).hasSize(3).first().asString().startsWith("unpacking libcudart.so.13");
    // The loser of a race keeps what is there.
    installation.unpack(List.of(cuda, trt));
    assertThat(progress.getLast()).endsWith("was made meanwhile by another process, and is kept");
    assertThat(names(folder.resolve("cache"))).containsExactly("tensorrt-11.2-cuda-13.3");
  }

  @Test
  void leavesNothingWhereSomethingIsMissing() throws IOException {
    Path target = Installation.folder(folder.resolve("cache"));
    Installation installation = new Installation(target, progress::add);
    Path cuda = jar("cuda", "cuda/linux-x86_64/libcudart.so.13");
    assertThatThrownBy(() -> installation.unpack(List.of(cuda)))
        .isInstanceOf(LibraryException.class)
        .hasMessage(
            "libnvinfer.so.11: in none of [cuda.jar] (expected: those of cuda-redist and of"
                + " tensorrt with the classifier linux-x86_64-redist)");
    assertThat(names(folder.resolve("cache"))).isEmpty();
    Path truncated = folder.resolve("truncated.jar");
    Files.write(truncated, new byte[] {'P', 'K', 3, 4});
    assertThatThrownBy(() -> installation.unpack(List.of(cuda, truncated)))
        .isInstanceOf(ZipException.class);
    assertThat(names(folder.resolve("cache"))).isEmpty();
  }

  /** The system's loader takes an empty library; twice the same name is one library. */
  @Test
  void emptyLibrariesCanBeLoaded() throws IOException {
    Path file = folder.resolve("libnothing.so.7");
    new ElfStub("libnothing.so.7").write(file);
    if (System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64")) {
      NativeLibrary library = NativeLibrary.load(file);
      assertThat(library.file()).isEqualTo(file);
      assertThatThrownBy(() -> library.function("f", java.lang.foreign.FunctionDescriptor.ofVoid()))
          .isInstanceOf(LibraryException.class)
          .hasMessageEndingWith("has no function f (another version?)");
    }
    assertThatThrownBy(() -> NativeLibrary.load(folder.resolve("libnone.so")))
        .isInstanceOf(LibraryException.class)
        .hasMessageContaining("libnone.so: cannot be loaded");
  }

  private Path jar(String name, String... entries) throws IOException {
    Path file = folder.resolve(name + ".jar");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry("org/bytedeco/" + entry));
        zip.write(("org/bytedeco/" + entry).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return file;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
