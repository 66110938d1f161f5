/** The database behind the ledger: embedded, or PostgreSQL. One schema, one set of SQL texts. */
@NullMarked
package kz.qaqpa.ledger.db;

import org.jspecify.annotations.NullMarked;
