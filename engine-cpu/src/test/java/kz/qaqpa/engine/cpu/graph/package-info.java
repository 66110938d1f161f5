/** Tests of graphs and their cache. */
@NullMarked
package kz.qaqpa.engine.cpu.graph;

import org.jspecify.annotations.NullMarked;
