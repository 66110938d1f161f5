/** Tests of chat requests without a socket. */
@NullMarked
package kz.qaqpa.http.chat;

import org.jspecify.annotations.NullMarked;
