package kz.qaqpa.cli.soak.load;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.cli.process.GatewayProcess;
import kz.qaqpa.cli.process.TrialAgency;

/**
 * Lets things happen in turn: an application is suspended while it works and resumed; {@code
 * agencies.yaml} changes, is broken and is repaired; many clients leave at once; many come who
 * never say what they want; somebody scrapes again and again.
 */
public final class Operator implements User {
  private static final int BURST = 60;
  private static final int SCRAPES = 20;
  private static final int MAX_TOKENS = 100;
  private static final int RELOAD_MILLIS = 1500;
  private static final int SUSPENDED_MILLIS = 800;
  private static final String LIMIT = "requestsPerSecond: ";

  private final Site site;
  private final GatewayProcess gateway;
  private final Path config;
  private final List<TrialAgency> agencies;
  private final TrialAgency suspended;
  private final int pauseMillis;
  private int next;

  /**
   * @param config folder that has {@code agencies.yaml} of these agencies
   * @param suspended the one that will be, now and then
   */
  public Operator(
      Site site,
      GatewayProcess gateway,
      Path config,
      List<TrialAgency> agencies,
      TrialAgency suspended,
      int pauseMillis) {
    this.site = site;
    this.gateway = gateway;
    this.config = config;
    this.agencies = List.copyOf(agencies);
    this.suspended = suspended;
    this.pauseMillis = pauseMillis;
  }

  @Override
  public String name() {
    return "operator";
  }

  @Override
  public int pauseMillis() {
    return pauseMillis;
  }

  @Override
  public void turn(RandomGenerator random) throws IOException, InterruptedException {
    switch (next++ % 5) {
      case 0 -> suspend();
      case 1 -> leaveAtOnce(random);
      case 2 -> reload(random);
      case 3 -> comeAndSayNothing();
      default -> scrape();
    }
  }

  private void suspend() throws IOException, InterruptedException {
    String path =
        "/admin/agencies/" + suspended.id() + "/applications/" + TrialAgency.APPLICATION + "/";
    String reason = "{\"reason\":\"soak\"}";
    int first = gateway.order(path + "suspend", reason).statusCode();
    site.outcomes().count("operator: suspend " + first, first == 200);
    Thread.sleep(SUSPENDED_MILLIS); // For which it is suspended.
    int second = gateway.order(path + "resume", reason).statusCode();
    site.outcomes().count("operator: resume " + second, second == 200);
  }

  /** The file is looked at once a second; the wrong one must leave everything as it is. */
  private void reload(RandomGenerator random) throws IOException, InterruptedException {
    List<TrialAgency> changed = new ArrayList<>(agencies);
    changed.replaceAll(agency ->
        agency.equals(suspended) ? agency.limited(LIMIT + random.nextInt(500, 1000)) : agency);
    TrialAgency.write(config, changed);
    Thread.sleep(RELOAD_MILLIS);
    Files.writeString(config.resolve("agencies.yaml"), "agencies: [{id: \"No id\"}]\n");
    Thread.sleep(RELOAD_MILLIS);
    TrialAgency.write(config, agencies);
    site.outcomes().expected("operator: agencies.yaml changed, broken, repaired");
  }

  private void leaveAtOnce(RandomGenerator random) throws IOException {
    byte[] request = site.raw(suspended.key(), site.chat(random, true, MAX_TOKENS));
    List<Socket> sockets = open();
    for (Socket socket : sockets) {
      socket.getOutputStream().write(request);
    }
    closeAll(sockets, true);
    site.outcomes().expected("operator: " + BURST + " left at once");
  }

  private void comeAndSayNothing() throws IOException {
    closeAll(open(), false);
    site.outcomes().expected("operator: " + BURST + " said nothing");
  }

  private List<Socket> open() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < BURST; i++) {
        sockets.add(Leaver.connect(site, 0));
      }
      return sockets;
    } catch (IOException e) {
      closeAll(sockets, true);
      throw e;
    }
  }

  private static void closeAll(List<Socket> sockets, boolean reset) throws IOException {
    for (Socket socket : sockets) {
      if (reset) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    }
  }

  private void scrape() throws IOException, InterruptedException {
    for (int i = 0; i < SCRAPES; i++) {
      gateway.metrics();
    }
    site.outcomes().expected("operator: " + SCRAPES + " scrapes");
  }
}
