package kz.qaqpa.admin.console;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kz.qaqpa.http.route.Asset;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/**
 * {@code GET /console}: the console's page and its files, for everybody who reaches the port; what
 * they show has to be asked for with a session. {@code GET /} leads there. All of it lies in memory
 * from the start, uPlot from its own jar.
 */
public final class ConsolePage implements Route {
  private static final String PATH = "/console";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  /** The page's own modules, under their names. */
  private static final List<String> MODULES =
      List.of(
          "main.js",
          "agencies.js",
          "api.js",
          "charts.js",
          "dom.js",
          "kk.js",
          "ru.js",
          "en.js",
          "playground.js",
          "requests.js",
          "series.js",
          "texts.js",
          "theme.js",
          "verifier.js");

  private static final String UPLOT_VERSION =
      "/META-INF/maven/org.webjars.npm/uplot/pom.properties";
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/";

  private final Map<String, Asset> assets = new HashMap<>();

  /** Loads the files. */
  public ConsolePage() {
    assets.put(PATH, Asset.load("/console/index.html", "text/html; charset=utf-8"));
    assets.put(PATH + "/console.css", Asset.load("/console/console.css", STYLE));
    assets.put(PATH + "/gate.svg", Asset.load("/page/gate.svg", "image/svg+xml"));
    for (String module : MODULES) {
      assets.put(PATH + "/" + module, Asset.load("/console/" + module, SCRIPT));
    }
    String dist = UPLOT + uplotVersion() + "/dist/";
    assets.put(PATH + "/uplot.js", Asset.load(dist + "uPlot.esm.js", SCRIPT));
    assets.put(PATH + "/uplot.css", Asset.load(dist + "uPlot.min.css", STYLE));
  }

  private static String uplotVersion() {
    try (InputStream in = ConsolePage.class.getResourceAsStream(UPLOT_VERSION)) {
      if (in == null) {
        throw new IllegalStateException(UPLOT_VERSION + ": missing from the class path");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/") || assets.containsKey(path);
  }

  @Override
  public List<String> methods() {
    return List.of("GET", "HEAD");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    Asset asset = assets.get(exchange.path());
    if (asset == null) {
      exchange.head(302).set(HttpHeaderNames.LOCATION, PATH);
      return exchange.response().send().then();
    }
    Asset.protectStrictly(exchange.head(200));
    return Mono.from(asset.send(exchange.request(), exchange.response()));
  }
}
