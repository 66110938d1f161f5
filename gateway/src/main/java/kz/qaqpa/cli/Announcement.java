package kz.qaqpa.cli;

import java.io.PrintStream;
import java.net.InetSocketAddress;

/**
 * What whoever started a gateway reads once it serves. The first line is for programs: {@code
 * ready} and the address.
 *
 * @param model id of the model
 * @param engine which engine, and how it is set up
 * @param millis from the start of the process
 * @param key the development key
 */
record Announcement(String model, String engine, long millis, DevelopmentKey key) {

  void print(PrintStream out, RunningGateway running, ServeSettings settings) {
    String url = url(running.gateway().address(), settings.gateway().tls().isOn());
    out.println("ready " + url);
    out.println(model + " on " + engine + ", ready after " + millis + " ms");
    if (key.key() == null) {
      out.println("no development key: " + key.why());
    } else {
      out.println(
          "curl -N "
              + url
              + "/v1/chat/completions -H 'Authorization: Bearer "
              + key.key()
              + "' -H 'Content-Type: application/json' -d '{\"model\":\""
              + model
              + "\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":"
              + "\"Қазақстанның астанасы қай қала?\"}]}'");
    }
    out.println(admin(running, settings));
    out.flush();
  }

  private static String admin(RunningGateway running, ServeSettings settings) {
    AdminPort.Staff staff = running.admin().staff();
    String url = url(running.admin().address(), settings.admin().tls().isOn());
    if (staff.keyFile() != null) {
      return "admin " + url + ", with the key in " + staff.keyFile();
    }
    boolean nobody = staff.operators().directory().operators().isEmpty();
    return "admin " + url + (nobody ? ", for nobody: operators.yaml names no operator" : "");
  }

  private static String url(InetSocketAddress address, boolean tls) {
    String host = address.getAddress().getHostAddress();
    return (tls ? "https://" : "http://")
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + address.getPort();
  }
}
