package kz.qaqpa.http.detect;

import kz.qaqpa.watermark.Detector;

/**
 * A model that may have written a text.
 *
 * @param model its id as served
 * @param detector of its answers, under the keys that they may have been drawn by
 */
public record Candidate(String model, Detector detector) {}
