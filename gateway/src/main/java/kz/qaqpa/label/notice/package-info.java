/** The words by which people learn that a machine answers, and their place in an answer. */
@NullMarked
package kz.qaqpa.label.notice;

import org.jspecify.annotations.NullMarked;
