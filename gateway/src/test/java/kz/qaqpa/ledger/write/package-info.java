/** Tests of how records become durable, with databases that fail and processes that are killed. */
@NullMarked
package kz.qaqpa.ledger.write;

import org.jspecify.annotations.NullMarked;
