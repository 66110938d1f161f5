/** A bounded place on this machine's disk for records that the database could not take. */
@NullMarked
package kz.qaqpa.ledger.spool;

import org.jspecify.annotations.NullMarked;
