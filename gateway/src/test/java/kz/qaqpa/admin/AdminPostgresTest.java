package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways on a PostgreSQL that goes away under them. */
@Tag("postgres")
class AdminPostgresTest {
  private static final String SUSPEND = AdminWorld.TAX_CHAT + "/suspend";

  @TempDir private Path folder;

  @Test
  void whatWasSuspendedWhileItWasAway_reachesTheOtherWhenItIsBack() throws Exception {
    try (PostgresServer server = PostgresServer.start();
        Database first = TestDatabases.of(server);
        Database second = TestDatabases.of(server);
        AdminWorld one = AdminWorld.on(first, folder.resolve("one"));
        AdminWorld other = AdminWorld.on(second, folder.resolve("other"))) {
      one.post(AdminWorld.CUSTOMS + "/suspend", AdminWorld.KGD, AdminWorld.REASON);
      TestGateway.await(() -> other.suspensions.find("kgd/customs") != null);
      server.stop();
      TestGateway.await(() -> one.suspensions.isAway() && other.suspensions.isAway());
      HttpResponse<String> done = one.post(SUSPEND, AdminWorld.OPERATOR, AdminWorld.REASON);
      assertThat(done.statusCode()).isEqualTo(202);
      assertThat(one.suspensions.all()).hasSize(2);
      assertThat(other.suspensions.all()).hasSize(1);
      server.restart();
      TestGateway.await(() -> other.suspensions.find("minfin/tax-chat") != null);
      TestGateway.await(() -> one.desk.waiting() == 0);
      assertThat(one.get("/admin/audit/check", AdminWorld.AUDITOR).body())
          .contains("\"intact\":true,\"records\":2,");
    }
  }
}
