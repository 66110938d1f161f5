/** What is asked of a run, and how it is told: checks, ten lines, a page beside Gatling's. */
package kz.qaqpa.load.verdict;
