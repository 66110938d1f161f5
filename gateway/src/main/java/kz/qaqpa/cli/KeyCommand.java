package kz.qaqpa.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import kz.qaqpa.admission.registry.AgenciesFile;
import kz.qaqpa.admission.registry.ApplicationEntry;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.admission.registry.Secrets;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code ./qaqpa key new --agency A --app B}: makes an API key, prints it this once, and what of it
 * goes into {@code agencies.yaml}. The file stays as it is: it has its owner's comments and order.
 */
public final class KeyCommand {
  private static final String USAGE =
      """
      usage: ./qaqpa key new --agency A --app B [--expires TIME] [--note TEXT] [--config DIR]
             ./qaqpa key new --operator ID
        --agency A      id of an agency of agencies.yaml
        --app B         id of one of its applications
        --operator ID   id of an operator of operators.yaml, instead of an application
        --expires TIME  when the key ends, such as 2027-01-31T18:00:00+05:00 (never)
        --note TEXT     for people: whose it is, where it lies
        --config DIR    folder with agencies.yaml (config)\
      """;

  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private final Options options;

  /** What was asked for; what is null was not given. */
  private record Options(
      @Nullable String agency,
      @Nullable String application,
      @Nullable String expires,
      @Nullable String note,
      Path config) {}

  private KeyCommand(Options options) {
    this.options = options;
  }

  /**
   * Runs the command.
   *
   * @return exit code: 1 if the file is wrong or does not have the application, 2 for wrong options
   */
  public static int run(List<String> args) {
    return run(
        args,
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8));
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    if (args.contains("--help") || args.contains("-h")) {
      out.println(USAGE);
      return DONE;
    }
    try {
      if (args.size() == 3 && args.get(0).equals("new") && args.get(1).equals("--operator")) {
        OperatorKeyCommand.make(args.get(2), out, err);
      } else {
        new KeyCommand(parse(args)).make(out);
      }
      return DONE;
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      err.println(USAGE);
      return MISUSED;
    } catch (ConfigException | IllegalStateException e) {
      err.println("qaqpa: " + e.getMessage());
      return FAILED;
    }
  }

  private static Options parse(List<String> args) {
    Deque<String> left = new ArrayDeque<>(args);
    if (!"new".equals(left.poll())) {
      throw new IllegalArgumentException("key: nothing to do (expected: new)");
    }
    String agency = null;
    String application = null;
    String expires = null;
    String note = null;
    Path config = Path.of(System.getProperty("qaqpa.root", "."), "config");
    while (!left.isEmpty()) {
      String option = left.pop();
      switch (option) {
        case "--agency" -> agency = value(option, left);
        case "--app" -> application = value(option, left);
        case "--expires" -> expires = time(value(option, left));
        case "--note" -> note = value(option, left);
        case "--config" -> config = Path.of(value(option, left));
        default -> throw new IllegalArgumentException(option + ": no such option");
      }
    }
    return new Options(agency, application, expires, note, config);
  }

  private static String value(String option, Deque<String> left) {
    if (left.isEmpty()) {
      throw new IllegalArgumentException(option + ": absent (expected: a value)");
    }
    return left.pop();
  }

  private static String time(String text) {
    String problem = "no time with its offset";
    try {
      if (OffsetDateTime.parse(text).toInstant().isAfter(Instant.now())) {
        return text;
      }
      problem = "over";
    } catch (DateTimeException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "--expires: "
            + text
            + ": "
            + problem
            + " (expected: one to come, such as 2027-01-31T18:00:00+05:00)");
  }

  private void make(PrintStream out) {
    String agency = required("--agency", options.agency);
    String id = required("--app", options.application);
    Config config = ConfigLoader.load(options.config, Map.of());
    ApplicationEntry application =
        find(config.bindFile(Registry.FILE, AgenciesFile.class), agency, id);
    String key = Secrets.newKey();
    out.println(key);
    out.println("# The key of " + agency + "/" + id + ", shown this once: nothing here keeps it.");
    out.println("# Its hash goes to the \"keys\" of this application in");
    out.println("# " + config.file(Registry.FILE).toAbsolutePath().normalize());
    out.println("# and is good within a second after that:");
    out.println("          - sha256: \"" + Secrets.sha256(key) + "\"");
    if (options.expires != null) {
      out.println("            expires: " + options.expires);
    }
    if (options.note != null) {
      // A string of JSON is one of YAML.
      out.println("            note: " + JsonMapper.shared().writeValueAsString(options.note));
    }
    if (application.declaration() == null) {
      out.println("# The application has no \"declaration\" yet; with a key it needs one.");
    }
  }

  private static String required(String option, @Nullable String value) {
    if (value == null) {
      throw new IllegalArgumentException(option + ": absent (expected: an id of agencies.yaml)");
    }
    return value;
  }

  private static ApplicationEntry find(AgenciesFile file, String agency, String id) {
    AgenciesFile.AgencyEntry owner =
        file.agencies().stream()
            .filter(entry -> entry.id().equals(agency))
            .findFirst()
            .orElseThrow(() ->
                unknown(
                    "--agency: " + agency,
                    file.agencies().stream().map(AgenciesFile.AgencyEntry::id).toList()));
    return owner.applications().stream()
        .filter(entry -> entry.id().equals(id))
        .findFirst()
        .orElseThrow(() ->
            unknown(
                "--app: " + id, owner.applications().stream().map(ApplicationEntry::id).toList()));
  }

  private static IllegalStateException unknown(String what, List<String> known) {
    return new IllegalStateException(
        what + ": not in agencies.yaml (expected: one of " + known + ")");
  }
}
