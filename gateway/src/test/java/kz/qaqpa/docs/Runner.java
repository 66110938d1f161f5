package kz.qaqpa.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.live.LiveGateway;
import kz.qaqpa.sdk.NodeClients;
import kz.qaqpa.testing.TestFolder;

/** Runs examples as a reader would, each in a process of its own. Used by one thread. */
final class Runner {
  /** What the pages call the gateway. */
  private static final String DOCUMENTED = "127.0.0.1:8080";

  private static final Path FOLDER = TestFolder.of("docs");
  private static final Pattern CLASS = Pattern.compile("(?m)^(?:public )?class (\\w+)");
  private static final int SECONDS = 180;

  private final String url;
  private final String key;

  Runner(LiveGateway gateway) {
    this(gateway.url(), LiveGateway.KEY);
  }

  Runner(String url, String key) {
    this.url = url;
    this.key = key;
  }

  /** The same code with the address of the running gateway. */
  String code(Example example) {
    return example.code().replace(DOCUMENTED, url.substring("http://".length()));
  }

  /** What a shell example prints. */
  String shell(String example, String code) {
    return run(example, List.of("sh", "-e", "-c", code));
  }

  /** What a Java file prints; it needs nothing but a JDK unless it imports a client. */
  String java(Example example) {
    String code = code(example);
    Matcher name = CLASS.matcher(code);
    if (!name.find()) {
      throw new AssertionError(example + ": no class");
    }
    Path file = write(name.group(1) + ".java", code);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dstdout.encoding=UTF-8"));
    if (code.contains("import com.openai.")) {
      command.addAll(List.of("-cp", clientJars()));
    }
    command.add(file.toString());
    return run(example.place(), command);
  }

  private static String clientJars() {
    List<String> jars = new ArrayList<>();
    for (String jar : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
      if (jar.endsWith(".jar")) {
        jars.add(jar);
      }
    }
    return String.join(java.io.File.pathSeparator, jars);
  }

  /** What a Node module prints. */
  String node(Example example) {
    Path script = NodeClients.folder().resolve("example.mjs");
    try {
      Files.writeString(script, code(example));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Process process = NodeClients.run(script, url, key);
    return NodeClients.finish(example.place(), process, SECONDS);
  }

  private static Path write(String name, String text) {
    try {
      Files.createDirectories(FOLDER);
      return Files.writeString(FOLDER.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String run(String what, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("QAQPA_KEY", key);
    try {
      return NodeClients.finish(what, builder.start(), SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
