@NullMarked
package kz.qaqpa.cli.bench.overload;

import org.jspecify.annotations.NullMarked;
