/** Tests of quotas in Redis, against a real one. */
@NullMarked
package kz.qaqpa.admission.quota.redis;

import org.jspecify.annotations.NullMarked;
