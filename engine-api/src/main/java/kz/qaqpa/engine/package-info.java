/**
 * What the batching core asks of an engine, and nothing about how one works: a plan of one step
 * goes in, candidates come out.
 */
@NullMarked
package kz.qaqpa.engine;

import org.jspecify.annotations.NullMarked;
