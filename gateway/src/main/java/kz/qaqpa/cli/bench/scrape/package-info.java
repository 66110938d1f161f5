/**
 * {@code ./qaqpa bench scrape}: what scraping {@code /metrics} costs while many streams are open.
 */
@NullMarked
package kz.qaqpa.cli.bench.scrape;

import org.jspecify.annotations.NullMarked;
