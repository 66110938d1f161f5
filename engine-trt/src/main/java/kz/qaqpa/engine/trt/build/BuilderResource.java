package kz.qaqpa.engine.trt.build;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.trt.network.TensorRtLog;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.IBuilder;

/**
 * The library with the code that plans are made of. TensorRT asks for one by the name of the GPU's
 * architecture, {@code libnvinfer_builder_resource_sm90.so.11.2.1}; Maven's jar has only one that
 * is for all, {@code …_ptx.so.11.2.1}, with the same entry points. Where TensorRT does not find the
 * first, the second is given its name, and TensorRT is asked once more.
 */
public final class BuilderResource {
  private static final Pattern MISSING =
      Pattern.compile("(libnvinfer_builder_resource_sm\\d+\\.so[.\\d]*)");
  private static final String FOR_ALL = "libnvinfer_builder_resource_ptx";

  private final List<Path> found;
  private final Path aliases;
  private final Consumer<String> progress;

  /**
   * @param found libraries with builder resources on this machine
   * @param aliases folder in which the system's loader looks, and we may write
   */
  public BuilderResource(List<Path> found, Path aliases, Consumer<String> progress) {
    this.found = List.copyOf(found);
    this.aliases = aliases;
    this.progress = progress;
  }

  /**
   * A builder.
   *
   * @throws EngineFault.Fatal with TensorRT's words, naming the file that it lacks
   */
  IBuilder builder(TensorRtLog log) {
    log.takeErrors();
    IBuilder builder = nvinfer.createInferBuilder(log);
    if (builder != null && !builder.isNull()) {
      return builder;
    }
    String errors = log.takeErrors();
    Optional<Path> alias = alias(errors);
    if (alias.isPresent()) {
      progress.accept("TensorRT lacks " + alias.get().getFileName() + ": tried with an alias");
      builder = nvinfer.createInferBuilder(log);
      if (builder != null && !builder.isNull()) {
        return builder;
      }
      errors = log.takeErrors();
    }
    throw new EngineFault.Fatal("createInferBuilder: " + errors, null);
  }

  /**
   * Gives the library for all the name of the one that an error says is missing.
   *
   * @return the new name, if there was anything to do
   */
  Optional<Path> alias(String errors) {
    Matcher missing = MISSING.matcher(errors);
    Optional<Path> forAll =
        found.stream()
            .filter(file -> String.valueOf(file.getFileName()).startsWith(FOR_ALL))
            .findFirst();
    if (!missing.find() || forAll.isEmpty()) {
      return Optional.empty();
    }
    Path name = aliases.resolve(missing.group(1));
    try {
      Files.createDirectories(aliases);
      Files.createSymbolicLink(name, forAll.get());
      return Optional.of(name);
    } catch (FileAlreadyExistsException e) {
      return Optional.empty(); // Then it was no help.
    } catch (IOException e) {
      progress.accept(name + ": cannot be written (" + e + ")");
      return Optional.empty();
    }
  }
}
