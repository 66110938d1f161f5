@NullMarked
package kz.qaqpa.cli.bench.peers.proxy;

import org.jspecify.annotations.NullMarked;
