/**
 * An engine without a model: words by a seed and steps of a chosen length, so that everything
 * around an engine can be loaded beyond what the machine could compute.
 */
@NullMarked
package kz.qaqpa.engine.synthetic;

import org.jspecify.annotations.NullMarked;
