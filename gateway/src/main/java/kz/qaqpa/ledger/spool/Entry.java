package kz.qaqpa.ledger.spool;

import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;

/**
 * What is written down of one request, all or nothing.
 *
 * @param record what it came to
 * @param label of its answer, or null if nothing was delivered
 */
public record Entry(UsageRecord record, @Nullable IssuedLabel label) {}
