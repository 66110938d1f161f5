/** {@code ./qaqpa bench peers --proxy}: what a gateway adds to a request, ours and another one. */
@NullMarked
package kz.qaqpa.cli.bench.peers.proxy;

import org.jspecify.annotations.NullMarked;
