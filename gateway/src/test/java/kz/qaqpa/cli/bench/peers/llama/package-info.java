@NullMarked
package kz.qaqpa.cli.bench.peers.llama;

import org.jspecify.annotations.NullMarked;
