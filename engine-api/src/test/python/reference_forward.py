"""A second, independent Llama forward pass (numpy, float64): where the figures of
ReferenceForwardTest come from.

usage: reference_forward.py MODEL_DIR TOKEN_ID...
prints the logit of every 97th token at the first, middle and last position, and the ten best
tokens that follow the last.
"""
import json
import math
import struct
import sys

import numpy as np


def load(folder):
    with open(f"{folder}/model.safetensors", "rb") as f:
        (n,) = struct.unpack("<Q", f.read(8))
        header = json.loads(f.read(n))
        data = f.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        raw = data[entry["data_offsets"][0] : entry["data_offsets"][1]]
        if entry["dtype"] == "BF16":
            wide = np.frombuffer(raw, "<u2").astype("<u4") << 16
            values = wide.view("<f4")
        else:
            values = np.frombuffer(raw, {"F16": "<f2", "F32": "<f4"}[entry["dtype"]])
        tensors[name] = values.astype(np.float64).reshape(entry["shape"])
    return json.load(open(f"{folder}/config.json")), tensors


def inverse_frequencies(c, dim):
    f = 1.0 / c["rope_theta"] ** (np.arange(0, dim, 2) / dim)
    s = c.get("rope_scaling")
    if not s:
        return f
    if s.get("rope_type", s.get("type")) == "linear":
        return f / s["factor"]
    old = s["original_max_position_embeddings"]
    wave = 2 * math.pi / f
    scaled = np.where(wave > old / s["low_freq_factor"], f / s["factor"], f)
    smooth = (old / wave - s["low_freq_factor"]) / (s["high_freq_factor"] - s["low_freq_factor"])
    ramp = (1 - smooth) * scaled / s["factor"] + smooth * scaled
    medium = ~(wave < old / s["high_freq_factor"]) & ~(wave > old / s["low_freq_factor"])
    return np.where(medium, ramp, scaled)


def forward(c, w, ids):
    heads, kv = c["num_attention_heads"], c["num_key_value_heads"]
    dim = c.get("head_dim", c["hidden_size"] // heads)
    n = len(ids)
    angle = np.outer(np.arange(n), inverse_frequencies(c, dim))
    cos, sin = (np.concatenate([g(angle)] * 2, axis=-1)[:, None, :] for g in (np.cos, np.sin))

    def norm(x, name):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + c["rms_norm_eps"]) * w[name]

    def rotate_half(x):
        return np.concatenate([-x[..., dim // 2 :], x[..., : dim // 2]], axis=-1)

    x = w["model.embed_tokens.weight"][ids]
    mask = np.triu(np.full((n, n), -np.inf), 1)
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        y = norm(x, p + "input_layernorm.weight")
        q, k, v = (
            (y @ w[f"{p}self_attn.{m}_proj.weight"].T).reshape(n, -1, dim) for m in "qkv"
        )
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        k, v = (np.repeat(a, heads // kv, axis=1) for a in (k, v))
        scores = np.einsum("qhd,khd->hqk", q, k) / math.sqrt(dim) + mask
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        mixed = np.einsum("hqk,khd->qhd", weights, v).reshape(n, -1)
        x = x + mixed @ w[p + "self_attn.o_proj.weight"].T
        y = norm(x, p + "post_attention_layernorm.weight")
        gate = y @ w[p + "mlp.gate_proj.weight"].T
        up = y @ w[p + "mlp.up_proj.weight"].T
        x = x + (gate / (1 + np.exp(-gate)) * up) @ w[p + "mlp.down_proj.weight"].T
    head = w["model.embed_tokens.weight" if c["tie_word_embeddings"] else "lm_head.weight"]
    return norm(x, "model.norm.weight") @ head.T


def main():
    config, weights = load(sys.argv[1])
    ids = [int(a) for a in sys.argv[2:]]
    logits = forward(config, weights, ids)
    for position in (0, len(ids) // 2, len(ids) - 1):
        print(position, " ".join(f"{v:.12g}" for v in logits[position][::97]))
    print("best", " ".join(str(i) for i in np.argsort(-logits[-1], kind="stable")[:10]))


main()
