@NullMarked
package kz.qaqpa.engine.model;

import org.jspecify.annotations.NullMarked;
