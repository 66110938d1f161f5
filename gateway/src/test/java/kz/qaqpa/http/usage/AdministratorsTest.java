package kz.qaqpa.http.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import kz.qaqpa.fixture.UsageRecords;
import kz.qaqpa.http.UsageServer;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** The same route for those who are no application. */
class AdministratorsTest {
  private static HttpResponse<String> get(UsageServer server, String query) throws Exception {
    server
        .usage()
        .with(
            Flux.fromIterable(
                List.of(
                    UsageRecords.at("2026-11-02T18:40:00Z").of("minfin", "archive").record(),
                    UsageRecords.at("2026-11-02T18:41:00Z").record(),
                    UsageRecords.at("2026-11-02T18:50:00Z").of("kgd", "chat").record())));
    return server.get(query, "unread");
  }

  @Test
  void operatorsSeeAllAgencies() throws Exception {
    try (UsageServer server = UsageServer.administering(new Reader.OfAll("aigul"))) {
      assertThat(get(server, "?format=csv&group_by=agency").body())
          .contains("+05:00,kgd,1,", "+05:00,minfin,2,");
      assertThat(get(server, "?format=csv&group_by=application&agency=minfin").body())
          .contains("minfin,archive,1", "minfin,chat,1")
          .doesNotContain("kgd");
      HttpResponse<String> one = get(server, "?agency=minfin&application=chat&format=csv");
      assertThat(one.body()).contains("minfin,chat,").doesNotContain("archive");
      assertThat(one.headers().firstValue("content-disposition"))
          .hasValue("attachment; filename=\"usage-minfin-chat-2026-11-01-2026-11-16.csv\"");
      assertThat(get(server, "?format=csv").headers().firstValue("content-disposition"))
          .hasValue("attachment; filename=\"usage-2026-11-01-2026-11-16.csv\"");
      assertThat(get(server, "?agency=nobody").body()).contains("\"requests\":0");
      HttpResponse<String> alone = get(server, "?application=chat");
      assertThat(alone.statusCode()).isEqualTo(400);
      assertThat(alone.body()).contains("(expected: an agency beside it)");
      assertThat(get(server, "?scope=agency").statusCode()).isEqualTo(400);
    }
  }

  @Test
  void agencyAdministratorsSeeTheirAgency() throws Exception {
    try (UsageServer server = UsageServer.administering(new Reader.OfAgency("dana", "minfin"))) {
      assertThat(get(server, "?format=csv&group_by=agency").body())
          .contains("minfin,2,")
          .doesNotContain("kgd");
      assertThat(get(server, "?format=csv&agency=minfin&application=archive").body())
          .contains("minfin,archive,")
          .doesNotContain("minfin,chat");
      HttpResponse<String> other = get(server, "?agency=kgd");
      assertThat(other.statusCode()).isEqualTo(403);
      assertThat(other.body())
          .contains("report_not_allowed")
          .contains("agency: \\\"kgd\\\" (expected: minfin, or nothing)");
    }
  }
}
