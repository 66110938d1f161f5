package kz.qaqpa.admission.suspension;

import java.util.List;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.Statement;
import reactor.core.publisher.Mono;

/** Suspensions in the ledger's database. Any thread. */
public final class DatabaseSuspensions implements SuspensionRegister {
  private static final String DELETE =
      "delete from suspension where agency = ? and application = ?";

  private final Database database;

  public DatabaseSuspensions(Database database) {
    this.database = database;
  }

  @Override
  public Mono<List<Suspension>> all() {
    return database
        .query(
            row ->
                new Suspension(
                    row.string("agency"),
                    row.string("application"),
                    row.string("suspended_by"),
                    row.string("reason"),
                    row.instant("since")),
            "select * from suspension order by agency, application")
        .collectList();
  }

  @Override
  public Mono<Void> put(Suspension suspension) {
    return database.transaction(
        List.of(
            Statement.of(DELETE, suspension.agency(), suspension.application()),
            Statement.of(
                "insert into suspension (agency, application, suspended_by, reason, since)"
                    + " values (?, ?, ?, ?, ?)",
                suspension.agency(),
                suspension.application(),
                suspension.by(),
                suspension.reason(),
                suspension.since())));
  }

  @Override
  public Mono<Void> remove(String agency, String application) {
    return database.update(DELETE, agency, application).then();
  }
}
