@NullMarked
package kz.qaqpa.http;

import org.jspecify.annotations.NullMarked;
