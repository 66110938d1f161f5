/** {@code --profile}: where a measured process spends its time, and what it allocates. */
@NullMarked
package kz.qaqpa.cli.bench.profile;

import org.jspecify.annotations.NullMarked;
