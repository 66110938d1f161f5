@NullMarked
package kz.qaqpa.cli.client;

import org.jspecify.annotations.NullMarked;
