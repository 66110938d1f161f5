/**
 * What was received: each answer as its events come, what became of it, and whether its label
 * holds.
 */
package kz.qaqpa.load.answer;
