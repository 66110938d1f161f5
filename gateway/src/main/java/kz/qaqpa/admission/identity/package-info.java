/** Who asks: API keys, client certificates, and bearer tokens of identity providers. */
@NullMarked
package kz.qaqpa.admission.identity;

import org.jspecify.annotations.NullMarked;
