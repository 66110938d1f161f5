package kz.qaqpa.tokenizer.bpe;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens by id and ids by bytes. Looks words up by their bytes, so that no string is made.
 *
 * <p>Immutable.
 */
public final class Vocabulary {
  /** Ids from here on are refused: a hostile file must not make us allocate by its say-so. */
  public static final int MAX_IDS = 1 << 22;

  private final byte[] @Nullable [] bytesById;
  private final BitSet special;

  /** An id plus one in the lower bits of a place, the upper ones of the hash in the others. */
  private static final int ID_BITS = 23;

  private static final int ID_MASK = (1 << ID_BITS) - 1;

  /**
   * Open addressing with linear probing; 0 is a free place. Most words are no token, and the bits
   * of the hash say so without a look at the token's bytes.
   */
  private final int[] idsByHash;

  /**
   * Makes a vocabulary.
   *
   * @param model tokens of the model, in the byte alphabet, with ids from 0 to {@link #MAX_IDS},
   *     all different
   * @param added tokens that are added to those of the model or replace them
   */
  public Vocabulary(Map<String, Integer> model, Iterable<AddedToken> added) {
    int highest = -1;
    for (int id : model.values()) {
      highest = Math.max(highest, id);
    }
    for (AddedToken token : added) {
      highest = Math.max(highest, token.id());
    }
    bytesById = new byte[highest + 1] @Nullable [];
    special = new BitSet(highest + 1);
    int places = Integer.highestOneBit(Math.max(model.size(), 1)) << 2;
    idsByHash = new int[places];
    model.forEach((token, id) -> {
      byte[] bytes = ByteAlphabet.bytes(token);
      if (bytes != null) {
        bytesById[id] = bytes;
        put(bytes, id);
      } else {
        bytesById[id] = ByteAlphabet.decodedBytes(token);
      }
    });
    for (AddedToken token : added) {
      bytesById[token.id()] = ByteAlphabet.decodedBytes(token.content());
      if (token.special()) {
        special.set(token.id());
      }
    }
  }

  /** One more than the highest id. */
  public int size() {
    return bytesById.length;
  }

  /** The id of the model's token with these bytes, or -1. */
  int find(byte[] text, int from, int to) {
    int mask = idsByHash.length - 1;
    int hash = hash(text, from, to);
    for (int at = hash & mask; idsByHash[at] != 0; at = (at + 1) & mask) {
      if (idsByHash[at] >>> ID_BITS != hash >>> ID_BITS) {
        continue;
      }
      int id = (idsByHash[at] & ID_MASK) - 1;
      byte[] bytes = bytesById[id];
      if (bytes != null && Arrays.equals(bytes, 0, bytes.length, text, from, to)) {
        return id;
      }
    }
    return -1;
  }

  /** The id of the model's token that is this one byte, or -1. */
  int findByte(int b) {
    return find(new byte[] {(byte) b}, 0, 1);
  }

  /**
   * The bytes of a token, which the caller must not change.
   *
   * @throws IllegalArgumentException if there is no such token
   */
  public byte[] bytes(int id) {
    byte[] bytes = id >= 0 && id < bytesById.length ? bytesById[id] : null;
    if (bytes == null) {
      throw new IllegalArgumentException(
          "token id: "
              + id
              + " (expected: an id of the vocabulary, 0 to "
              + (bytesById.length - 1)
              + ")");
    }
    return bytes;
  }

  /** Whether the token is marked special. */
  public boolean isSpecial(int id) {
    return id >= 0 && special.get(id);
  }

  private void put(byte[] bytes, int id) {
    int mask = idsByHash.length - 1;
    int hash = hash(bytes, 0, bytes.length);
    int at = hash & mask;
    while (idsByHash[at] != 0) {
      at = (at + 1) & mask;
    }
    idsByHash[at] = (hash & ~ID_MASK) | (id + 1);
  }

  private static int hash(byte[] text, int from, int to) {
    int h = 0;
    for (int i = from; i < to; i++) {
      h = h * 31 + text[i];
    }
    h *= 0x9E3779B9;
    return h ^ (h >>> 15);
  }
}
