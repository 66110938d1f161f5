/** What says in the head of a response that a machine made it, and signatures of heads. */
@NullMarked
package kz.qaqpa.label.http;

import org.jspecify.annotations.NullMarked;
