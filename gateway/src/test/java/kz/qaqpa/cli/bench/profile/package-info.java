@NullMarked
package kz.qaqpa.cli.bench.profile;

import org.jspecify.annotations.NullMarked;
