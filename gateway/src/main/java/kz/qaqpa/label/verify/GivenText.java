package kz.qaqpa.label.verify;

import org.jspecify.annotations.Nullable;

/**
 * A text to verify.
 *
 * @param index which choice of the answer it is said to be, or null: any
 * @param text the text
 */
public record GivenText(@Nullable Integer index, String text) {}
