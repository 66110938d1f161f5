@NullMarked
package kz.qaqpa.cli.bench;

import org.jspecify.annotations.NullMarked;
