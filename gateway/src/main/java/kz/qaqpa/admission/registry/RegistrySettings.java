package kz.qaqpa.admission.registry;

/**
 * Section {@code registry}: how {@code agencies.yaml} is read.
 *
 * @param localProfile whether applications of mode {@code local} may be served: this server has no
 *     connection to public networks
 */
public record RegistrySettings(boolean localProfile) {}
