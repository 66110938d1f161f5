/** What chat and bench share: options, and the client's side of the streaming API. */
@NullMarked
package kz.qaqpa.cli.client;

import org.jspecify.annotations.NullMarked;
