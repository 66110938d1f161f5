/** Parsers under damaged input: a corpus, mutations, properties. Seeded, bounded. */
@NullMarked
package kz.qaqpa.fuzz;

import org.jspecify.annotations.NullMarked;
