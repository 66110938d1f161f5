/**
 * Files and environment to settings records. Binds only: each module declares its own settings, as
 * a record whose constructor validates.
 *
 * <p>One rule for defaults: {@code qaqpa.yaml} as shipped (in this module's jar) has every section
 * and key; the user's file of that name overlays it key by key; the environment overlays both.
 */
@NullMarked
package kz.qaqpa.config;

import org.jspecify.annotations.NullMarked;
