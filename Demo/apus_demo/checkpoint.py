"""Loading the averaged weights of a checkpoint, or the weights of a GGUF file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader, dequantize

from .model import Config, DemoModel


def load(path: Path) -> DemoModel:
    """The model with the averaged weights of a training checkpoint."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    model = DemoModel(Config(**saved["config"]))
    model.load_state_dict(saved["average"])
    return model.eval()


def gguf_tensors(path: Path) -> dict[str, np.ndarray]:
    """All tensors of a GGUF file as F32 in numpy order (rows outermost)."""
    result = {}
    for tensor in GGUFReader(path).tensors:
        shape = tuple(int(n) for n in reversed(tensor.shape))
        result[tensor.name] = (
            dequantize(tensor.data, tensor.tensor_type).reshape(shape).astype(np.float32)
        )
    return result


#: Name in a layer of `DemoModel` -> name in a `blk.N.` of GGUF.
LAYER_NAMES = {
    "attention_norm.weight": "attn_norm.weight",
    "attention.q.weight": "attn_q.weight",
    "attention.k.weight": "attn_k.weight",
    "attention.v.weight": "attn_v.weight",
    "attention.output.weight": "attn_output.weight",
    "attention.q_norm.weight": "attn_q_norm.weight",
    "attention.k_norm.weight": "attn_k_norm.weight",
    "expert_norm.weight": "ffn_norm.weight",
    "experts.router.weight": "ffn_gate_inp.weight",
    "experts.gate": "ffn_gate_exps.weight",
    "experts.up": "ffn_up_exps.weight",
    "experts.down": "ffn_down_exps.weight",
}


def gguf_name(name: str) -> str:
    """The GGUF name of a parameter of `DemoModel`."""
    if name.startswith("layers."):
        _, index, rest = name.split(".", 2)
        return f"blk.{index}.{LAYER_NAMES[rest]}"
    return {"embedding.weight": "token_embd.weight", "output_norm.weight": "output_norm.weight"}[
        name
    ]


def load_gguf(path: Path, c: Config) -> DemoModel:
    """The model with the dequantised weights of a GGUF file."""
    tensors = gguf_tensors(path)
    model = DemoModel(c)
    model.load_state_dict(
        {n: torch.from_numpy(tensors[gguf_name(n)]) for n, _ in model.named_parameters()}
    )
    return model.eval()
