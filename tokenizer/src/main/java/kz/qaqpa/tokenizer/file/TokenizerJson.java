package kz.qaqpa.tokenizer.file;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kz.qaqpa.tokenizer.bpe.AddedToken;
import kz.qaqpa.tokenizer.bpe.BpeModel;
import kz.qaqpa.tokenizer.bpe.Vocabulary;
import kz.qaqpa.tokenizer.split.PreTokenizer;

/**
 * What a {@code tokenizer.json} of a byte-level BPE model says.
 *
 * @param model vocabulary and merges
 * @param nfc whether text is normalised to form C
 * @param preTokenizer splits normalised text into words
 * @param added the added tokens, in the order in which equal ones win
 * @param start tokens that the post-processor puts before a plain text
 */
public record TokenizerJson(
    BpeModel model,
    boolean nfc,
    PreTokenizer preTokenizer,
    List<AddedToken> added,
    List<Integer> start) {

  /**
   * Reads a file. Truncation and padding are left out: they are no part of the text's ids.
   *
   * @throws TokenizerFileException if it is malformed or asks for what is not supported
   */
  public static TokenizerJson read(Path file) {
    JsonPart root = JsonPart.read(file);
    ModelReader reader = new ModelReader(root.required("model").object());
    Map<String, Integer> vocabulary = reader.vocabulary();
    List<AddedToken> added = AddedTokensReader.read(root, vocabulary);
    PipelineReader.checkDecoder(root.required("decoder").object());
    Vocabulary all = new Vocabulary(vocabulary, added);
    return new TokenizerJson(
        reader.model(all, vocabulary),
        PipelineReader.isNfc(root.optional("normalizer")),
        PipelineReader.preTokenizer(root.required("pre_tokenizer").object()),
        added,
        PostProcessorReader.start(root.optional("post_processor"), all.size() - 1));
  }
}
