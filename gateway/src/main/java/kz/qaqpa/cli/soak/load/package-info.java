/** Who uses and misuses a gateway during a soak: each a small loop on a thread of its own. */
@NullMarked
package kz.qaqpa.cli.soak.load;

import org.jspecify.annotations.NullMarked;
