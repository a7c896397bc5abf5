#!/usr/bin/env python3
"""Write tiny random Qwen2 and Qwen3 models as GGUF, with the logits transformers computes.

    pip install torch transformers gguf numpy
    tiny_qwen.py OUTPUT_FOLDER

For qwen2 (biases, tied output) and qwen3 (head norms, own output) it writes NAME.gguf (F32),
NAME.tokens.i32 (int32 [40]) and NAME.logits.f32 (float32 [40, 96]), little-endian.
"""
import pathlib
import sys

import gguf
import numpy as np
import torch
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM

SIZES = dict(
    vocab_size=96, hidden_size=64, intermediate_size=96, num_hidden_layers=2,
    num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128,
    rms_norm_eps=1e-5, rope_theta=10_000.0,
)
LAYER = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
TOP = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def gguf_name(name: str) -> str:
    """`model.layers.1.mlp.up_proj.weight` to `blk.1.ffn_up.weight`."""
    module, kind = name.rsplit(".", 1)
    if module in TOP:
        return f"{TOP[module]}.{kind}"
    _, _, number, part = module.split(".", 3)
    return f"blk.{number}.{LAYER[part]}.{kind}"


def write(folder: pathlib.Path, arch: str, model, head_size: int) -> None:
    """Randomizes a model and writes its file, tokens and logits."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.2 + (parameter.ndim == 1) * 0.5)
    writer = gguf.GGUFWriter(folder / f"{arch}.gguf", arch)
    for key, value in {
        "block_count": 2, "context_length": 128, "embedding_length": 64,
        "feed_forward_length": 96, "attention.head_count": 4, "attention.head_count_kv": 2,
        "attention.key_length": head_size, "attention.value_length": head_size,
    }.items():
        writer.add_uint32(f"{arch}.{key}", value)
    writer.add_float32(f"{arch}.attention.layer_norm_rms_epsilon", 1e-5)
    writer.add_float32(f"{arch}.rope.freq_base", 10_000.0)
    tied = model.config.tie_word_embeddings
    for name, tensor in model.state_dict().items():
        if not (tied and name.startswith("lm_head")):
            writer.add_tensor(gguf_name(name), tensor.numpy().astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    tokens = np.random.default_rng(1).integers(0, 96, 40).astype("<i4")
    with torch.no_grad():
        logits = model.eval()(torch.tensor(tokens[None].astype(np.int64))).logits[0]
    tokens.tofile(folder / f"{arch}.tokens.i32")
    logits.numpy().astype("<f4").tofile(folder / f"{arch}.logits.f32")


folder = pathlib.Path(sys.argv[1])
write(folder, "qwen2", Qwen2ForCausalLM(Qwen2Config(**SIZES, tie_word_embeddings=True)), 16)
write(
    folder, "qwen3",
    Qwen3ForCausalLM(Qwen3Config(**SIZES, head_dim=24, tie_word_embeddings=False)), 24)
