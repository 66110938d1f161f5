/** {@code ./qaqpa chat}: a conversation in the terminal. */
@NullMarked
package kz.qaqpa.cli.chat;

import org.jspecify.annotations.NullMarked;
