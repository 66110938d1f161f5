package kz.qaqpa.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import kz.qaqpa.fixture.Ports;
import kz.qaqpa.fixture.ServeProcess;
import kz.qaqpa.fixture.ServeProcess.Plan;
import kz.qaqpa.openai.WireCheck;
import kz.qaqpa.tap.Tap;
import kz.qaqpa.testing.TestFolder;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One gateway with the shipped model for all tests that ask for it, behind a {@link Tap}. After
 * each test nothing runs in it any more, and whatever it said is held against OpenAI's schema where
 * one is given. Used by one thread.
 */
public final class LiveGateway implements AutoCloseable {
  /** A key of {@code sandbox/development}. */
  public static final String KEY = ServeProcess.KEY;

  /** A key of {@code sandbox/narrow}, which may have one answer in the making. */
  public static final String NARROW_KEY = "qpk_key_with_one_stream";

  private static final Pattern RUNNING =
      Pattern.compile("(?m)^vllm:num_requests_(?:running|waiting)\\{[^}]*} (\\S+)$");

  private final Path folder;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final PageServer pages = PageServer.start();
  private volatile ServeProcess process;
  private final Tap tap;

  private LiveGateway() {
    this.folder = TestFolder.of("live");
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve("agencies.yaml"), LiveSettings.agencies(sha256(NARROW_KEY)));
      Files.write(folder.resolve("qaqpa.yaml"), LiveSettings.settings(pages.origin()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.process = start(folder);
    this.tap = Tap.to(() -> process.address());
  }

  private static ServeProcess start(Path folder) {
    try {
      return ServeProcess.start(Plan.in(folder).at(Ports.free()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where clients find it, such as {@code http://127.0.0.1:40123}. */
  public String url() {
    return tap.url();
  }

  /** A server of other pages that may use it. */
  public PageServer pages() {
    return pages;
  }

  /** Ends it, as a supervisor would, and starts another one on the same port. */
  public void restart() {
    process.close();
    process = ServeProcess.start(Plan.in(folder).at(process.address().getPort()));
  }

  /** Waits until no request runs or waits in it; fails after 60 s. */
  void awaitNothingLeft() throws IOException, InterruptedException {
    URI metrics = URI.create("http://127.0.0.1:" + process.address().getPort() + "/metrics");
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (true) {
      HttpResponse<String> response =
          http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString());
      List<String> busy =
          RUNNING.matcher(response.body()).results().map(result -> result.group(1)).toList();
      if (busy.size() >= 2 && busy.stream().allMatch(count -> Double.parseDouble(count) == 0)) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("something still runs or waits: " + busy);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() {
    tap.close();
    process.close();
    pages.close();
    http.close();
    WireCheck.check(tap.take());
  }

  private static String sha256(String key) {
    try {
      byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Gives tests their gateway: {@code @ExtendWith(LiveGateway.Started.class)}. */
  public static final class Started implements ParameterResolver, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(LiveGateway.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == LiveGateway.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return gateway(context);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
      LiveGateway gateway = gateway(context);
      gateway.awaitNothingLeft();
      WireCheck.check(gateway.tap.take());
    }

    /** The root's store: it lives, and is closed, with the whole run. */
    private static LiveGateway gateway(ExtensionContext context) {
      return context
          .getRoot()
          .getStore(NAMESPACE)
          .computeIfAbsent(LiveGateway.class, _ -> new LiveGateway(), LiveGateway.class);
    }
  }
}
