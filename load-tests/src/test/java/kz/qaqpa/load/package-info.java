/** Simulations: one class each, run by {@code ./qaqpa load NAME}. */
package kz.qaqpa.load;
