"""Checks a GGUF file against `Qwen3MoeForCausalLM` of transformers, and stores its logits.

The file's weights are dequantised and loaded into transformers' model. Its logits must agree
with those of our own PyTorch model, and the top 20 of the last position of some prompts go
into a JSON file, which the tests of the engine compare with.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import Qwen3MoeConfig, Qwen3MoeForCausalLM

from .checkpoint import gguf_tensors, load, load_gguf
from .evaluate import PROMPTS
from .model import Batch, Config, DemoModel
from .rendering import render

#: (index into evaluate.PROMPTS, thinking)
CASES = [(0, True), (3, False), (12, True)]

HF_LAYER = {
    "attn_norm.weight": "input_layernorm.weight",
    "attn_q.weight": "self_attn.q_proj.weight",
    "attn_k.weight": "self_attn.k_proj.weight",
    "attn_v.weight": "self_attn.v_proj.weight",
    "attn_output.weight": "self_attn.o_proj.weight",
    "attn_q_norm.weight": "self_attn.q_norm.weight",
    "attn_k_norm.weight": "self_attn.k_norm.weight",
    "ffn_norm.weight": "post_attention_layernorm.weight",
    "ffn_gate_inp.weight": "mlp.gate.weight",
}


def reference(path: Path, c: Config) -> Qwen3MoeForCausalLM:
    """transformers' model with the dequantised weights of the file."""
    model = Qwen3MoeForCausalLM(
        Qwen3MoeConfig(
            vocab_size=c.vocabulary,
            hidden_size=c.width,
            num_hidden_layers=c.layers,
            num_attention_heads=c.heads,
            num_key_value_heads=c.key_value_heads,
            head_dim=c.head_size,
            intermediate_size=c.expert_width * c.experts_used,
            moe_intermediate_size=c.expert_width,
            num_experts=c.experts,
            num_experts_per_tok=c.experts_used,
            norm_topk_prob=True,
            max_position_embeddings=c.context,
            rms_norm_eps=c.norm_epsilon,
            tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": c.rope_base},
            decoder_sparse_step=1,
        )
    )
    weights = {}
    tensors = {k: torch.from_numpy(v) for k, v in gguf_tensors(path).items()}
    for name, value in tensors.items():
        if not name.startswith("blk."):
            continue
        _, index, rest = name.split(".", 2)
        if rest in HF_LAYER:
            weights[f"model.layers.{index}.{HF_LAYER[rest]}"] = value
    for i in range(c.layers):
        gate, up, down = (
            tensors[f"blk.{i}.ffn_{part}_exps.weight"] for part in ("gate", "up", "down")
        )
        weights[f"model.layers.{i}.mlp.experts.gate_up_proj"] = torch.cat((gate, up), 1)
        weights[f"model.layers.{i}.mlp.experts.down_proj"] = down
    weights["model.embed_tokens.weight"] = weights["lm_head.weight"] = tensors["token_embd.weight"]
    weights["model.norm.weight"] = tensors["output_norm.weight"]
    model.load_state_dict(weights, strict=True)
    return model.eval()


@torch.no_grad()
def compare(
    ours: DemoModel, theirs: Qwen3MoeForCausalLM, tokens: list[int]
) -> tuple[float, torch.Tensor]:
    """Normalised mean squared error over all positions, and their logits of the last one."""
    ids = torch.tensor(tokens)
    a, _, _ = ours(Batch(ids, torch.arange(len(tokens)), ids, [(0, 1, len(tokens))]))
    b = theirs(ids[None]).logits[0].float()
    return float((a - b).square().sum() / b.square().sum()), b[-1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Compares a GGUF file with transformers; stores logits."
    )
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True, help="for the sizes")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--output", type=Path, help="JSON file for the tests of the engine")
    options = parser.parse_args()
    c = load(options.checkpoint).c
    ours, theirs = load_gguf(options.gguf, c), reference(options.gguf, c)
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    cases = []
    for index, thinking in CASES:
        prompt = PROMPTS[index]
        text = render(prompt["messages"], prompt.get("tools"), prompt=True, thinking=thinking)
        tokens = tokenizer.encode(text).ids
        error, last = compare(ours, theirs, tokens)
        print(f"{prompt['messages'][-1]['content']!r}: {len(tokens)} tokens, NMSE {error:.2e}")
        if error > 1e-6:
            raise SystemExit("our model and transformers disagree")
        top = last.topk(20)
        cases.append(
            {
                "prompt": text,
                "tokens": tokens,
                "top_ids": top.indices.tolist(),
                "top_logits": [round(x, 5) for x in top.values.tolist()],
            }
        )
    if options.output:
        lines = ",\n".join("  " + json.dumps(x) for x in cases)
        note = "made by Demo/apus_demo/oracle.py with transformers' Qwen3MoeForCausalLM in F32"
        options.output.write_text(f'{{\n "note": "{note}",\n "cases": [\n{lines}\n ]\n}}\n')


if __name__ == "__main__":
    main()
