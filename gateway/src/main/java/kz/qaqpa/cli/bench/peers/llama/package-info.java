/** llama.cpp, as its server and in process, to be measured beside our engine. */
@NullMarked
package kz.qaqpa.cli.bench.peers.llama;

import org.jspecify.annotations.NullMarked;
