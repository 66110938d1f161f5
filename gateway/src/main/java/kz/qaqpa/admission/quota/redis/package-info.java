/** Quotas of many gateways, counted together in one Redis by one script. */
@NullMarked
package kz.qaqpa.admission.quota.redis;

import org.jspecify.annotations.NullMarked;
