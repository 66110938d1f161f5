package kz.qaqpa.admission.quota;

/** What {@link QuotaStore#enter} gives: a {@link Pass}, or why there is none. */
public sealed interface Entry permits Pass, Shortage {}
