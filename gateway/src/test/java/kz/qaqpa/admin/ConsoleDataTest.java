package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admin.console.LiveSeries;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.InFlight;
import kz.qaqpa.admission.Permit;
import kz.qaqpa.admission.quota.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the console's charts and tables are made of. */
class ConsoleDataTest {
  @TempDir private Path folder;
  private AdminWorld world;

  @BeforeEach
  void open() throws IOException {
    world = new AdminWorld(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** A request as operators see it; it came 2 s ago. */
  private record Request(
      String id, String stage, long startNanos, int promptTokens, int outputTokens)
      implements InFlight {}

  private Permit admit(int application, String id, String stage) {
    Application asking = world.agencies.applications().get(application);
    return admit(
        new Application(asking.agency(), asking.id(), Limits.NONE.withConcurrentStreams(1000)),
        id,
        stage);
  }

  private Permit admit(Application application, String id, String stage) {
    AdmissionGate gate = world.gate;
    long start = world.clock.nanos() - Duration.ofSeconds(2).toNanos();
    return gate.admit(application, new Request(id, stage, start, 17, 4));
  }

  @Test
  void requests_areListed_whoseAndHowFar_untilTheyEnd() throws Exception {
    Permit first = admit(0, "req-a", "stream");
    Permit second = admit(1, "req-b", "queue");
    JsonNode all = AdminWorld.body(world.get("/admin/requests", AdminWorld.AUDITOR));
    assertThat(all.path("total").asInt()).isEqualTo(2);
    assertThat(all.path("requests").get(0).toString())
        .isIn(
            row("req-a", "minfin", "tax-chat", "stream"), row("req-b", "kgd", "customs", "queue"));
    assertThat(all.path("waiting").toString()).isEqualTo("[{\"agency\":\"kgd\",\"requests\":1}]");
    first.close();
    second.close();
    assertThat(world.get("/admin/requests", AdminWorld.OPERATOR).body())
        .isEqualTo("{\"total\":0,\"waiting\":[],\"requests\":[]}");
  }

  private static String row(String id, String agency, String application, String phase) {
    return "{\"id\":\""
        + id
        + "\",\"agency\":\""
        + agency
        + "\",\"application\":\""
        + application
        + "\",\"phase\":\""
        + phase
        + "\",\"age_ms\":2000,\"prompt_tokens\":17,\"output_tokens\":4}";
  }

  @Test
  void whoLooksAfterOneAgency_seesItsRequestsAlone() throws Exception {
    try (Permit _ = admit(0, "req-a", "queue");
        Permit _ = admit(1, "req-b", "queue")) {
      String own = world.get("/admin/requests", AdminWorld.MINFIN).body();
      assertThat(own).contains("req-a", "\"total\":1").doesNotContain("req-b", "kgd");
    }
  }

  @Test
  void theList_isBounded_theCountIsNot() throws Exception {
    List<Permit> permits = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      permits.add(admit(0, "req-" + i, "prefill"));
    }
    JsonNode all = AdminWorld.body(world.get("/admin/requests", AdminWorld.OPERATOR));
    assertThat(all.path("total").asInt()).isEqualTo(250);
    assertThat(all.path("requests").size()).isEqualTo(200);
    assertThat(all.path("waiting").get(0).path("requests").asInt()).isEqualTo(250);
    permits.forEach(Permit::close);
  }

  @Test
  void series_tellsRates_meansAndPercentiles_ofEachSecond() throws Exception {
    world.metrics.token(true, Duration.ofMillis(300).toNanos());
    world.metrics.token(false, Duration.ofMillis(20).toNanos());
    world.reading = new LiveSeries.Reading(3, 2, 10, 25, 400, 50, 0.25);
    world.clock.move(Duration.ofSeconds(2));
    world.series.sample();
    JsonNode samples = samples("");
    assertThat(samples.size()).isEqualTo(1);
    JsonNode sample = samples.get(0);
    assertThat(sample.path("output_tokens").asDouble()).isEqualTo(25);
    assertThat(sample.path("prompt_tokens").asDouble()).isEqualTo(200);
    assertThat(sample.path("batch").asDouble()).isEqualTo(2.5);
    assertThat(sample.path("running").asInt()).isEqualTo(3);
    assertThat(sample.path("waiting").asInt()).isEqualTo(2);
    assertThat(sample.path("kv").asDouble()).isEqualTo(0.25);
    assertThat(sample.at("/first_token/p50").asDouble()).isBetween(0.297, 0.303);
    assertThat(sample.at("/token_gap/p99").asDouble()).isBetween(0.0198, 0.0202);
  }

  @Test
  void series_isBounded_andToldFromATimeOn() throws Exception {
    for (int i = 0; i < 400; i++) {
      world.clock.move(Duration.ofSeconds(1));
      world.series.sample();
    }
    JsonNode all = samples("");
    assertThat(all.size()).isEqualTo(300);
    assertThat(all.get(0).path("first_token").isNull()).isTrue();
    String last = all.get(299).path("at").asString();
    assertThat(samples("?after=" + last).size()).isZero();
    world.clock.move(Duration.ofSeconds(1));
    world.series.sample();
    assertThat(samples("?after=" + last).size()).isEqualTo(1);
  }

  private JsonNode samples(String query) throws Exception {
    return AdminWorld.body(world.get("/admin/series" + query, AdminWorld.AUDITOR)).path("samples");
  }

  @ParameterizedTest
  @ValueSource(strings = {"after=x", "after=NaN", "after=", "before=1", "after=1&after=2"})
  void wrongTimes_areRefused(String query) throws Exception {
    HttpResponse<String> response = world.get("/admin/series?" + query, AdminWorld.OPERATOR);
    assertThat(response.statusCode()).isEqualTo(400);
  }

  /** A page that asks every second must not keep a session alive that nobody sits at. */
  @Test
  void whatAPageAsksByItself_doesNotKeepASessionAlive() throws Exception {
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    for (int minute = 0; minute < 14; minute++) {
      world.clock.move(Duration.ofMinutes(1));
      assertThat(background(login).statusCode()).isEqualTo(200);
    }
    assertThat(used(login).statusCode()).isEqualTo(200); // Somebody is here.
    world.clock.move(Duration.ofMinutes(14));
    assertThat(background(login).statusCode()).isEqualTo(200);
    world.clock.move(Duration.ofMinutes(1));
    assertThat(background(login).statusCode()).isEqualTo(401);
    assertThat(used(login).statusCode()).isEqualTo(401);
  }

  private HttpResponse<String> background(HttpResponse<String> login) throws Exception {
    return world.send(
        world
            .request("/admin/requests")
            .header("Cookie", AdminWorld.cookie(login))
            .header("X-Background", "1"));
  }

  private HttpResponse<String> used(HttpResponse<String> login) throws Exception {
    return world.send(world.request("/admin/session").header("Cookie", AdminWorld.cookie(login)));
  }
}
