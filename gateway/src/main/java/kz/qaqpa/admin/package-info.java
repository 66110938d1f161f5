/** The port for operators: who they are, what they may do, and what is written down of it. */
@NullMarked
package kz.qaqpa.admin;

import org.jspecify.annotations.NullMarked;
