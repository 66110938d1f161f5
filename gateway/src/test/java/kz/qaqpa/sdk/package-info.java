/** The clients that people use, unchanged, against a running gateway. */
@NullMarked
package kz.qaqpa.sdk;

import org.jspecify.annotations.NullMarked;
