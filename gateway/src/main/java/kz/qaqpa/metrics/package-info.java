/** What Prometheus scrapes, under the names that vLLM gave them. */
@NullMarked
package kz.qaqpa.metrics;

import org.jspecify.annotations.NullMarked;
