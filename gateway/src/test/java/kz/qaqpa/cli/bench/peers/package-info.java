@NullMarked
package kz.qaqpa.cli.bench.peers;

import org.jspecify.annotations.NullMarked;
