@NullMarked
package kz.qaqpa.cli.bench.result;

import org.jspecify.annotations.NullMarked;
