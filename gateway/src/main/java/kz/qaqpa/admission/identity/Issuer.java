package kz.qaqpa.admission.identity;

import java.util.Set;

/**
 * An identity provider at work.
 *
 * @param name how {@code agencies.yaml} calls it
 * @param issuer the claim {@code iss} of its tokens
 * @param audience what their claim {@code aud} must name
 * @param algorithms how they may be signed
 * @param subjectClaim which claim is the subject
 * @param clientClaim which claim is the client
 * @param keys what they are checked with
 */
record Issuer(
    String name,
    String issuer,
    String audience,
    Set<TokenAlgorithm> algorithms,
    String subjectClaim,
    String clientClaim,
    KeySource keys) {}
