#!/usr/bin/env python3
"""Write a random adapter for the tiny Qwen3 as GGUF, with the logits transformers and PEFT compute.

    pip install torch transformers peft gguf numpy
    tiny_adapter.py FOLDER

FOLDER has qwen3.gguf and qwen3.tokens.i32 of tiny_qwen.py. Writes qwen3-adapter.gguf (F32) and
qwen3-adapter.logits.f32 (float32 [40, 96]), little-endian.
"""
import pathlib
import sys

import gguf
import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import Qwen3Config, Qwen3ForCausalLM

LAYER = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
TOP = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
ALPHA = 6


def gguf_module(name: str) -> str:
    """`model.layers.1.mlp.up_proj` to `blk.1.ffn_up`."""
    if name in TOP:
        return TOP[name]
    _, _, number, part = name.split(".", 3)
    return f"blk.{number}.{LAYER[part]}"


folder = pathlib.Path(sys.argv[1])
base = {t.name: np.array(t.data) for t in gguf.GGUFReader(folder / "qwen3.gguf").tensors}
model = Qwen3ForCausalLM(Qwen3Config(
    vocab_size=96, hidden_size=64, intermediate_size=96, num_hidden_layers=2,
    num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128, head_dim=24,
    rms_norm_eps=1e-5, rope_theta=10_000.0, tie_word_embeddings=False))
with torch.no_grad():
    for name, parameter in model.named_parameters():
        module, kind = name.rsplit(".", 1)
        parameter.copy_(torch.from_numpy(base[f"{gguf_module(module)}.{kind}"]))

torch.manual_seed(2)
model = get_peft_model(model, LoraConfig(
    r=3, lora_alpha=ALPHA, rank_pattern={"k_proj": 1, "down_proj": 5, "lm_head": 2},
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
                    "lm_head"]))
writer = gguf.GGUFWriter(folder / "qwen3-adapter.gguf", "qwen3")
writer.add_string("general.type", "adapter")
writer.add_string("adapter.type", "lora")
writer.add_float32("adapter.lora.alpha", ALPHA)
for name, parameter in model.named_parameters():
    if ".lora_" not in name:
        continue
    with torch.no_grad():
        parameter.copy_(torch.randn_like(parameter) * 0.2)
    module, half = name.removeprefix("base_model.model.").split(".lora_")
    writer.add_tensor(f"{gguf_module(module)}.weight.lora_{half[0].lower()}",
                      parameter.detach().numpy())
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
tokens = np.fromfile(folder / "qwen3.tokens.i32", "<i4").astype(np.int64)
with torch.no_grad():
    logits = model.eval()(torch.from_numpy(tokens[None])).logits[0]
logits.numpy().astype("<f4").tofile(folder / "qwen3-adapter.logits.f32")
