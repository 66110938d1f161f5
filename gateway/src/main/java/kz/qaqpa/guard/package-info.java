/** What keeps one part that fails, or is slow, from taking the others along: for who looks on. */
@NullMarked
package kz.qaqpa.guard;

import org.jspecify.annotations.NullMarked;
