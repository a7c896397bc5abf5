"""Writes a checkpoint as a GGUF file of the architecture `qwen3moe`.

Names, shapes and metadata are those that llama.cpp uses for Qwen3 MoE models. Matrices are
stored as asked for (Q8_0 by default); norms and routers stay in F32, as everywhere.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import gguf
import numpy as np
from tokenizers import Tokenizer

from .checkpoint import gguf_name, load
from .model import Config, DemoModel
from .rendering import TEMPLATE_PATH
from .tokenizer import CONTROL, USER_DEFINED

TYPES = {
    "q8_0": gguf.GGMLQuantizationType.Q8_0,
    "f16": gguf.GGMLQuantizationType.F16,
    "f32": gguf.GGMLQuantizationType.F32,
}
FILE_TYPES = {
    "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
    "f16": gguf.LlamaFileType.MOSTLY_F16,
    "f32": gguf.LlamaFileType.ALL_F32,
}


def add_general(writer: gguf.GGUFWriter, model: DemoModel, kind: str) -> None:
    """What the model is."""
    c = model.c
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name("Apus demo")
    writer.add_basename("apus-demo")
    writer.add_description(
        "A tiny Mixture-of-Experts model, trained from scratch on generated conversations, "
        "for testing and demonstrating Apus."
    )
    writer.add_author("The Apus authors")
    writer.add_license("apache-2.0")
    writer.add_license_name("Apache License 2.0")
    writer.add_size_label(f"{c.experts}x{model.parameter_count()[0] / c.experts / 1e6:.1f}M")
    writer.add_languages(["en"])
    writer.add_tags(["text-generation", "moe", "tools", "thinking"])
    writer.add_uint64("general.parameter_count", model.parameter_count()[0])
    writer.add_file_type(FILE_TYPES[kind])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def add_sizes(writer: gguf.GGUFWriter, c: Config) -> None:
    """The `qwen3moe.*` keys."""
    writer.add_context_length(c.context)
    writer.add_embedding_length(c.width)
    writer.add_block_count(c.layers)
    # No layer is dense; the key is there because readers ask for it.
    writer.add_feed_forward_length(c.expert_width * c.experts_used)
    writer.add_expert_feed_forward_length(c.expert_width)
    writer.add_expert_count(c.experts)
    writer.add_expert_used_count(c.experts_used)
    writer.add_head_count(c.heads)
    writer.add_head_count_kv(c.key_value_heads)
    writer.add_key_length(c.head_size)
    writer.add_value_length(c.head_size)
    writer.add_layer_norm_rms_eps(c.norm_epsilon)
    writer.add_rope_freq_base(c.rope_base)
    writer.add_rope_dimension_count(c.head_size)
    writer.add_vocab_size(c.vocabulary)


def add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    """Vocabulary, merges, special tokens and the chat template."""
    state = json.loads(tokenizer.to_str())["model"]
    tokens = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
    types = [
        gguf.TokenType.CONTROL
        if t in CONTROL
        else gguf.TokenType.USER_DEFINED
        if t in USER_DEFINED
        else gguf.TokenType.NORMAL
        for t in tokens
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(m) for m in state["merges"]])
    writer.add_eos_token_id(tokenizer.token_to_id("<|im_end|>"))
    writer.add_pad_token_id(tokenizer.token_to_id("<|endoftext|>"))
    writer.add_bos_token_id(tokenizer.token_to_id("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE_PATH.read_text())


def add_tensors(writer: gguf.GGUFWriter, model: DemoModel, kind: str) -> None:
    """All weights, quantised where they are matrices of the network proper."""
    for name, parameter in model.named_parameters():
        data = parameter.detach().numpy().astype(np.float32)
        stored = TYPES["f32"] if data.ndim == 1 or "router" in name else TYPES[kind]
        writer.add_tensor(gguf_name(name), gguf.quantize(data, stored), raw_dtype=stored)


def write(model: DemoModel, tokenizer: Tokenizer, path: Path, kind: str) -> None:
    """Writes the file; a reader sees the old one or the whole new one."""
    temporary = path.with_name(path.name + ".tmp")
    writer = gguf.GGUFWriter(temporary, "qwen3moe")
    add_general(writer, model, kind)
    add_sizes(writer, model.c)
    add_tokenizer(writer, tokenizer)
    add_tensors(writer, model, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(temporary, path)


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes a checkpoint as GGUF.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="file to write")
    parser.add_argument(
        "--type", choices=sorted(TYPES), default="q8_0", help="format of the matrices"
    )
    options = parser.parse_args()
    model = load(options.checkpoint)
    write(model, Tokenizer.from_file(str(options.tokenizer)), options.output, options.type)
    total, active = model.parameter_count()
    print(
        f"{options.output}: {options.output.stat().st_size} bytes, "
        f"{total} parameters, {active} active"
    )


if __name__ == "__main__":
    main()
