package kz.qaqpa.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import kz.qaqpa.fixture.ServeJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing leaves the machine: a gateway in a network namespace that has a loopback and no route
 * answers, labels and writes its ledger, and does not even try to reach anything else. Every system
 * call by which it could is on record.
 */
@Tag("netns")
class NoConnectionTest {
  private static final String KEY = "qpk_key_of_the_no_connection_test";

  /** Addresses of calls that say where to: {@code sin_addr=inet_addr("10.0.0.1")}, IPv6 alike. */
  private static final Pattern ADDRESS =
      Pattern.compile("inet_addr\\(\"([^\"]+)\"\\)|inet_pton\\(AF_INET6, \"([^\"]+)\"");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "--profile local"})
  void aGateway_reachesForNothing(String options) throws Exception {
    Path trace = folder.resolve("trace");
    String said = serve(trace, options);
    assertThat(said).contains("only lo", "content_label", "\"jws\":\"", "\"requests\":1");
    List<String> addresses = addresses(trace);
    assertThat(addresses).isNotEmpty(); // The trace has what it should have: curl's own calls.
    assertThat(addresses).allMatch(NoConnectionTest::isLoopback, "this machine");
  }

  /** What a shell in the namespace does: starts the gateway on record and asks it. */
  private String serve(Path trace, String options) throws IOException, InterruptedException {
    Path script =
        Files.writeString(
            folder.resolve("serve.sh"),
            """
            set -eu
            ip link set lo up
            [ "$(grep -c : /proc/net/dev)" = 1 ] && echo only lo
            strace -f -qq -e trace=connect,sendto,sendmsg,sendmmsg -o TRACE \\
              COMMAND >out 2>err &
            server=$!
            tries=0
            until grep -q '^admin ' out; do
              tries=$((tries + 1))
              [ $tries -lt 600 ] && kill -0 $server || { cat err; exit 1; }
              sleep 0.1
            done
            ask() {
              strace -f -qq -e trace=connect -A -o TRACE curl -s -m 60 -H 'Authorization: Bearer KEY' "$@"
            }
            ask http://127.0.0.1:8080/v1/chat/completions -H 'Content-Type: application/json' \\
              -d '{"model":"kaz-mini","messages":[{"role":"user","content":"Қазақстанның астанасы қай қала?"}]}'
            ask http://127.0.0.1:8080/v1/usage
            kill $(cat pid)
            wait $server || true
            """
                .replace("TRACE", trace.toString())
                .replace("KEY", KEY)
                .replace("COMMAND", command(options)));
    Path said = folder.resolve("said");
    ProcessBuilder builder = new ProcessBuilder("unshare", "-rn", "--", "sh", script.toString());
    Map<String, String> environment = ServeJvm.builder(KEY, List.of(), List.of()).environment();
    builder.environment().putAll(environment);
    Process process =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return Files.readString(said);
  }

  private String command(String options) {
    List<String> serve = new ArrayList<>(List.of("--port", "8080", "--state", "state"));
    if (!options.isEmpty()) {
      serve.addAll(List.of(options.split(" ", -1)));
    }
    ProcessBuilder java =
        ServeJvm.builder(KEY, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), serve);
    // The number of the process is noted by the shell that becomes it.
    return "sh -c 'echo $$ >pid; exec " + String.join(" ", java.command()) + "'";
  }

  private static List<String> addresses(Path trace) throws IOException {
    List<String> addresses = new ArrayList<>();
    ADDRESS
        .matcher(Files.readString(trace))
        .results()
        .forEach(found -> addresses.add(found.group(1) == null ? found.group(2) : found.group(1)));
    return addresses;
  }

  private static boolean isLoopback(String address) {
    return address.startsWith("127.")
        || address.equals("::1")
        || address.equals("::ffff:127.0.0.1");
  }
}
