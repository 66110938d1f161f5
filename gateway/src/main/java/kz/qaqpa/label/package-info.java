/**
 * What marks an answer as made by a machine: the label, what it is made of, and the response
 * header. Sub-packages write labels as JSON, sign and verify them, and place the notice that people
 * read; {@code stamp} is where the pipeline comes in.
 */
@NullMarked
package kz.qaqpa.label;

import org.jspecify.annotations.NullMarked;
