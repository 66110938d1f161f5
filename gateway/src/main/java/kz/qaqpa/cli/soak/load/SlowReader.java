package kz.qaqpa.cli.soak.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.random.RandomGenerator;

/** Asks for a long answer and reads a few bytes of it at a time; then leaves. */
public final class SlowReader implements User {
  private static final int MAX_TOKENS = 400;
  private static final int WINDOW = 2048;
  private static final int READS = 40;

  private final Site site;
  private final String key;

  public SlowReader(Site site, String key) {
    this.site = site;
    this.key = key;
  }

  @Override
  public String name() {
    return "slow reader";
  }

  @Override
  public int pauseMillis() {
    return 100;
  }

  @Override
  public void turn(RandomGenerator random) throws IOException, InterruptedException {
    try (Socket socket = Leaver.connect(site, WINDOW)) {
      socket.getOutputStream().write(site.raw(key, site.chat(random, true, MAX_TOKENS)));
      InputStream in = socket.getInputStream();
      byte[] few = new byte[256];
      for (int i = 0; i < READS && in.read(few) >= 0; i++) {
        Thread.sleep(random.nextInt(20, 80)); // That is its slowness.
      }
      site.outcomes().expected("slow reader: left");
    } catch (SocketTimeoutException e) {
      site.outcomes().expected("slow reader: had the whole answer");
    }
  }
}
