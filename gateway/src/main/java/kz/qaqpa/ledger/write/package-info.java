/** How records become durable: group commit, and a spool for when the database is away. */
@NullMarked
package kz.qaqpa.ledger.write;

import org.jspecify.annotations.NullMarked;
