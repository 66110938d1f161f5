@NullMarked
package kz.qaqpa.config;

import org.jspecify.annotations.NullMarked;
