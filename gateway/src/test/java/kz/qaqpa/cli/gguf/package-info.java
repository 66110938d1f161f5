@NullMarked
package kz.qaqpa.cli.gguf;

import org.jspecify.annotations.NullMarked;
