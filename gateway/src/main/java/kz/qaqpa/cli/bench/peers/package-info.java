/**
 * {@code ./qaqpa bench peers}: what others do with the same requests on the same machine, in turn
 * with us.
 */
@NullMarked
package kz.qaqpa.cli.bench.peers;

import org.jspecify.annotations.NullMarked;
