/** What is shipped beside the gateway: manifests, a dashboard, alerts, a profile. */
@NullMarked
package kz.qaqpa.deploy;

import org.jspecify.annotations.NullMarked;
