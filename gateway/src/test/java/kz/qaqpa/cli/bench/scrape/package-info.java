@NullMarked
package kz.qaqpa.cli.bench.scrape;

import org.jspecify.annotations.NullMarked;
