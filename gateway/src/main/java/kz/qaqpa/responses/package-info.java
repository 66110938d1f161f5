/** Responses: a conversation continued, told as events, kept for a while. Knows no transport. */
@NullMarked
package kz.qaqpa.responses;

import org.jspecify.annotations.NullMarked;
