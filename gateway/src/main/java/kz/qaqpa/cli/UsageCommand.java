package kz.qaqpa.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.cli.client.ApiClient;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.client.ServerError;
import kz.qaqpa.cli.client.TerminalText;
import kz.qaqpa.cli.usage.AdminKey;
import kz.qaqpa.cli.usage.UsageRequest;
import kz.qaqpa.cli.usage.UsageTable;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.ledger.LedgerSettings;

/** {@code ./qaqpa usage}: what was used, asked at the admin port of a running gateway. */
public final class UsageCommand {
  static final String USAGE =
      """
      usage: ./qaqpa usage [--agency A [--application B]] [options]
        --month 2026-11       of a month in Almaty; or --from and --to, each a date or a time
                              (this month)
        --by NAMES            some of agency,application,model,language (application,model,language)
        --bucket B            hour, day or month (day)
        --format F            table, json or csv (table)
        --url URL             of the admin port (http://127.0.0.1:8081)
        --key K               else QAQPA_OPERATOR_KEY, else the one that a gateway of this machine left
        --config DIR          folder with qaqpa.yaml, which says where that is (config)\
      """;

  private static final Set<String> OPTIONS =
      Set.of(
          "agency",
          "application",
          "month",
          "from",
          "to",
          "by",
          "bucket",
          "format",
          "url",
          "key",
          "config");

  /** The first record may lie far behind others in the database. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private UsageCommand() {}

  /**
   * Runs the command.
   *
   * @return exit status: 0, 1 after an error of the server, 2 after one of the command line
   */
  public static int run(List<String> args) throws InterruptedException {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    return run(args, System.getenv(), out, err);
  }

  static int run(
      List<String> args, Map<String, String> environment, PrintStream out, PrintStream err)
      throws InterruptedException {
    String url = "http://127.0.0.1:8081";
    try {
      Options options = Options.parse(args, OPTIONS, Set.of("help"));
      if (options.has("help")) {
        out.println(USAGE);
        return 0;
      }
      url = options.get("url", url);
      report(options, environment, url, out);
      return 0;
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage() + "\n" + USAGE);
      return 2;
    } catch (ConnectException e) {
      err.println("no admin port at " + url + " (expected: ./qaqpa serve running, or --url)");
      return 1;
    } catch (ServerError | ConfigException | IOException e) {
      String message = e.getMessage();
      err.println(TerminalText.line(message == null ? e.getClass().getSimpleName() : message));
      return 1;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static void report(
      Options options, Map<String, String> environment, String url, PrintStream out)
      throws IOException, InterruptedException {
    String format = options.get("format", "table");
    if (!List.of("table", "json", "csv").contains(format)) {
      throw new IllegalArgumentException("--format: " + format + " (expected: table, json or csv)");
    }
    boolean table = format.equals("table");
    String path = UsageRequest.path(options, table ? "json" : format);
    URI server = ApiClient.base(url);
    String key =
        AdminKey.find(
            options.get("key"), environment, server, () -> stateFolder(options, environment));
    try (ApiClient client = new ApiClient(url, key);
        InputStream in = client.send(client.request(path).timeout(PATIENCE).GET().build()).body()) {
      if (table) {
        new UsageTable(out).print(in);
      } else {
        copy(in, out);
      }
    }
  }

  private static Path stateFolder(Options options, Map<String, String> environment) {
    Path root = Path.of(System.getProperty("qaqpa.root", "."));
    String config = options.get("config");
    return ConfigLoader.load(config == null ? root.resolve("config") : Path.of(config), environment)
        .bind("ledger", LedgerSettings.class)
        .folder();
  }

  /** As it comes, so that the next program in a pipe has something to do. */
  private static void copy(InputStream in, PrintStream out) throws IOException {
    byte[] buffer = new byte[8192];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
        if (out.checkError()) {
          throw new ServerError("the output was closed");
        }
      }
    } catch (IOException e) {
      throw new IOException("the connection ended before the report did", e);
    }
  }
}
