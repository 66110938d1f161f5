package kz.qaqpa.admission.quota;

/** What {@link Pass#reserve} gives. */
public sealed interface Outcome permits Grant, Shortage {}
