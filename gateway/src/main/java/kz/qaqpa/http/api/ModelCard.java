package kz.qaqpa.http.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model's files say of it beside its weights; null is what they do not say.
 *
 * @param languages codes, such as {@code kk}
 * @param license its name, as Hugging Face or SPDX has it
 * @param owner who answers for the model
 * @param provenance in words: where the weights came from
 * @param baseModels models that it was made from
 */
public record ModelCard(
    @Nullable List<String> languages,
    @Nullable String license,
    @Nullable String owner,
    @Nullable String provenance,
    @Nullable List<String> baseModels) {

  /** A card that says nothing. */
  public static ModelCard blank() {
    return new ModelCard(null, null, null, null, null);
  }
}
