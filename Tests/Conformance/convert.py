#!/usr/bin/env python3
"""Converts random checkpoints through a live server and compares logits with transformers.

    pip install torch transformers tokenizers sentencepiece gguf numpy
    convert.py --url http://127.0.0.1:11434 --models OLLAMA_MODELS --apus apus

Makes a tiny random model of every family with transformers, saved as safetensors (F32, BF16,
FP8 with scales of blocks; one file or shards) with a tokenizer trained on a few lines, creates it,
and compares: logits over 64 tokens with transformers, tensors' formats, and tokens of texts with
the tokenizer. Ends with 1 when anything is wrong. OLLAMA_MODELS is the folder of the server's store.
"""
import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import sentencepiece
import torch
import transformers as t
from gguf import GGUFReader
from safetensors.torch import load_file, save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers import trainers

SIZES = dict(hidden_size=256, intermediate_size=512, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=512, rms_norm_eps=1e-5)
EXPERTS = dict(num_experts_per_tok=2)
LLAMA3 = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
          "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0,
        "original_max_position_embeddings": 64}
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}
# name: class, configuration, tokenizer, how it is saved
CASES = {
    "llama": (t.LlamaForCausalLM, t.LlamaConfig, {}, "bytes", "f32"),
    "llama-tied-biased": (t.LlamaForCausalLM, t.LlamaConfig,
                          dict(tie_word_embeddings=True, attention_bias=True, mlp_bias=True),
                          "pieces", "f32"),
    "llama3-rope": (t.LlamaForCausalLM, t.LlamaConfig, dict(rope_parameters=LLAMA3), "bytes",
                    "shards"),
    "llama-linear-rope": (t.LlamaForCausalLM, t.LlamaConfig, dict(rope_parameters=LINEAR),
                          "pieces", "bf16"),
    "unigram": (t.LlamaForCausalLM, t.LlamaConfig, {}, "unigram", "f32"),
    "words": (t.LlamaForCausalLM, t.LlamaConfig, {}, "words", "f32"),
    "piece-model": (t.LlamaForCausalLM, t.LlamaConfig, {}, "piece-model", "f32"),
    "unigram-model": (t.LlamaForCausalLM, t.LlamaConfig, {}, "unigram-model", "f32"),
    "mistral-window": (t.MistralForCausalLM, t.MistralConfig,
                       dict(sliding_window=24, head_dim=32), "pieces", "f32"),
    "mixtral": (t.MixtralForCausalLM, t.MixtralConfig, dict(num_local_experts=4, **EXPERTS),
                "pieces", "f32"),
    "qwen2": (t.Qwen2ForCausalLM, t.Qwen2Config, dict(tie_word_embeddings=True), "qwen", "f32"),
    "qwen2-yarn": (t.Qwen2ForCausalLM, t.Qwen2Config, dict(rope_parameters=YARN), "qwen", "f32"),
    "qwen3": (t.Qwen3ForCausalLM, t.Qwen3Config, dict(head_dim=96), "qwen", "shards"),
    "qwen3-fp8": (t.Qwen3ForCausalLM, t.Qwen3Config, dict(head_dim=64), "qwen", "fp8"),
    "qwen3-fp8-tensor": (t.Qwen3ForCausalLM, t.Qwen3Config, dict(head_dim=64), "qwen",
                         "fp8-tensor"),
    "qwen3-fp8-rows": (t.Qwen3ForCausalLM, t.Qwen3Config, dict(head_dim=64), "qwen", "fp8-rows"),
    "mistral-first": (t.MistralForCausalLM, t.MistralConfig, {}, "pieces-first", "bf16"),
    "qwen3moe": (t.Qwen3MoeForCausalLM, t.Qwen3MoeConfig,
                 dict(head_dim=64, num_experts=8, moe_intermediate_size=256, norm_topk_prob=True,
                      **EXPERTS), "qwen", "bf16"),
}
TEXTS = ["Hello world!", "two  spaces\n\nand lines\t1234567", "naïve café über 你好 мир 🚀",
         "def f(x):\n    return x**2 # it's I'LL", "<|im_start|>user\nhi<|im_end|>", "",
         " leading", "  two leading and trailing "]
# Of tokenizers with these tokens.
MARKED = ["<s>hello", "<s> hello</s>world", "hello<s>world", "</s>  x"]
CORPUS = ["Hello world, this is a short text about nothing at all.", "def f(x): return x ** 2",
          "naïve café über alles 你好 世界 мир труд", "1 12 123 1234 don't I'll we've"] * 20
WORDS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
         r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
TOOLS = "{% for m in messages %}{{ m.content }}{% endfor %}{{ tools }}"
problems = []


def check(condition, text):
    if not condition:
        problems.append(text)
        print("WRONG:", text)


def byte_tokenizer(digits, ignores_merges, normalizer, begins):
    tok = Tokenizer(models.BPE(ignore_merges=ignores_merges))
    tok.normalizer = normalizer
    tok.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(WORDS % digits), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tok.decoder = decoders.ByteLevel()
    special = ["<|begin|>", "<|im_start|>", "<|im_end|>"]
    tok.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=500, special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    if begins:
        tok.post_processor = processors.TemplateProcessing(
            single="<|begin|> $A", special_tokens=[("<|begin|>", tok.token_to_id("<|begin|>"))])
    return tok, dict(bos_token="<|begin|>", eos_token="<|im_end|>")


def piece_tokenizer():
    """As Llama 2: characters with U+2581 for spaces, and bytes for what is left."""
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    tok = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tok.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tok.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=500, special_tokens=special))
    data = json.loads(tok.to_str())
    data["added_tokens"] = data["added_tokens"][:3]
    tok = Tokenizer.from_str(json.dumps(data))
    tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                     decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tok.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)])
    return tok, dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def first_piece_tokenizer():
    """As Mistral's later models: a space before the very beginning only."""
    tok, settings = piece_tokenizer()
    data = json.loads(tok.to_str())
    data["normalizer"] = None
    data["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first",
                             "split": False}
    return Tokenizer.from_str(json.dumps(data)), settings


def unigram_tokenizer():
    """As T5."""
    tok = Tokenizer(models.Unigram())
    tok.pre_tokenizer = pre_tokenizers.Metaspace()
    tok.decoder = decoders.Metaspace()
    tok.train_from_iterator(CORPUS, trainers.UnigramTrainer(
        vocab_size=200, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>"))
    return tok, dict(eos_token="</s>", unk_token="<unk>", pad_token="<pad>")


def word_tokenizer():
    """As BERT."""
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tok.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=300,
                                                              special_tokens=special))
    return tok, dict(cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", pad_token="[PAD]",
                     mask_token="[MASK]")


class SentencePiece:
    """A `tokenizer.model` without a `tokenizer.json`."""

    def __init__(self, kind):
        with tempfile.TemporaryDirectory() as folder:
            corpus = Path(folder) / "corpus.txt"
            corpus.write_text("\n".join(CORPUS))
            sentencepiece.SentencePieceTrainer.train(
                input=str(corpus), model_prefix=f"{folder}/m", model_type=kind, vocab_size=350,
                byte_fallback=True, hard_vocab_limit=False, minloglevel=2,
                **(dict(normalization_rule_name="identity", remove_extra_whitespaces=False)
                   if kind == "bpe" else {}))
            self.model = (Path(folder) / "m.model").read_bytes()
        self.processor = sentencepiece.SentencePieceProcessor(model_proto=self.model)

    def save(self, path):
        Path(path).with_name("tokenizer.model").write_bytes(self.model)

    def get_vocab_size(self):
        return self.processor.get_piece_size()

    def encode(self, text, add_special_tokens):
        encoding = type("Encoding", (), {})()
        encoding.ids = self.processor.encode(text)
        return encoding


TOKENIZERS = {
    "unigram": unigram_tokenizer,
    "words": word_tokenizer,
    "piece-model": lambda: (SentencePiece("bpe"), dict(bos_token="<s>", eos_token="</s>")),
    "unigram-model": lambda: (SentencePiece("unigram"), dict(bos_token="<s>", eos_token="</s>")),
    "bytes": lambda: byte_tokenizer("{1,3}", True, None, True),
    "qwen": lambda: byte_tokenizer("", False, normalizers.NFC(), False),
    "pieces": piece_tokenizer,
    "pieces-first": first_piece_tokenizer,
}


def randomize(model):
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            scale = 0.08 if parameter.ndim > 1 else 0.2
            parameter.copy_(torch.randn_like(parameter) * scale + (parameter.ndim == 1) * 0.8)


def to_fp8_scaled(folder, model, rows):
    """Matrices as E4M3 with a scale for each of their rows, or one alone."""
    path = folder / "model.safetensors"
    tensors = load_file(path)
    for name in [n for n in tensors if n.endswith("proj.weight")]:
        x = tensors[name].float()
        scale = (x.abs().amax(1, keepdim=True) if rows else x.abs().amax()) / 448
        codes = (x / scale).to(torch.float8_e4m3fn)
        tensors[name] = codes.contiguous()
        tensors[name + "_scale"] = scale.bfloat16().float().contiguous()
        tensors[name[:-6] + "input_scale"] = torch.tensor(0.5)
        with torch.no_grad():
            model.get_parameter(name).copy_(codes.float() * tensors[name + "_scale"])
    save_file(tensors, path, {"format": "pt"})


def to_fp8(folder, model):
    """Matrices as E4M3 with a scale for every 128 x 128; returns the model with their values."""
    path = folder / "model.safetensors"
    tensors = load_file(path)
    for name in [n for n in tensors if n.endswith("proj.weight")]:
        x = tensors[name].float()
        rows, columns = x.shape
        padded = torch.zeros(-(-rows // 128) * 128, -(-columns // 128) * 128)
        padded[:rows, :columns] = x
        blocks = padded.reshape(padded.shape[0] // 128, 128, -1, 128)
        scale = blocks.abs().amax((1, 3)) / 448
        codes = (blocks / scale[:, None, :, None]).to(torch.float8_e4m3fn)
        values = (codes.float() * scale[:, None, :, None]).reshape(padded.shape)
        tensors[name] = codes.reshape(padded.shape)[:rows, :columns].contiguous()
        tensors[name + "_scale_inv"] = scale.contiguous()
        with torch.no_grad():
            model.get_parameter(name).copy_(values[:rows, :columns])
    save_file(tensors, path, {"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    (folder / "config.json").write_text(json.dumps(config))


def save(folder, case):
    cls, config, extra, kind, how = CASES[case]
    tok, settings = TOKENIZERS[kind]()
    model = cls(config(**{**SIZES, **extra}, vocab_size=tok.get_vocab_size() + 12)).eval()
    randomize(model)
    if how == "bf16":
        model = model.bfloat16()
    model.save_pretrained(folder, max_shard_size="1MB" if how == "shards" else "5GB")
    if how == "bf16":  # the frequencies of the rotation stay F32 this way
        model = cls.from_pretrained(folder, dtype=torch.float32).eval()
    if how == "fp8":
        to_fp8(folder, model)
    elif how.startswith("fp8-"):
        to_fp8_scaled(folder, model, how == "fp8-rows")
    tok.save(str(folder / "tokenizer.json"))
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [3, 4, 3]}))
    template = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}"
    settings["chat_template"] = template
    if how == "shards":
        settings["chat_template"] = [{"name": "default", "template": template},
                                     {"name": "tool_use", "template": TOOLS}]
    if how == "bf16":
        settings["chat_template"] = "not this one"
        (folder / "chat_template.jinja").write_text(template)
        (folder / "additional_chat_templates").mkdir()
        (folder / "additional_chat_templates/tool_use.jinja").write_text(TOOLS)
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return model, tok


def post(url, path, body=None, data=None, method="POST"):
    data = data if data is not None else json.dumps(body).encode() if body is not None else None
    return urllib.request.urlopen(urllib.request.Request(url + path, data, method=method))


def create(url, name, folder, quantize=None):
    files = {}
    for path in (x for x in folder.rglob("*") if x.is_file()):
        data = path.read_bytes()
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        try:
            post(url, f"/api/blobs/{digest}", method="HEAD")
        except urllib.error.HTTPError:
            post(url, f"/api/blobs/{digest}", data=data)
        files[str(path.relative_to(folder))] = digest
    body = {"model": name, "files": files, **({"quantize": quantize} if quantize else {})}
    with post(url, "/api/create", body) as answer:
        lines = [json.loads(line) for line in answer]
    check(lines[0].get("status") == "converting model", f"{name}: {lines[0]}")
    check(lines[-1] == {"status": "success"}, f"{name}: {lines[-1]}")
    return lines[-1] == {"status": "success"}


def blob(models, name):
    manifest = json.loads(
        (Path(models) / f"manifests/registry.ollama.ai/library/{name}/latest").read_text())
    layer = next(x for x in manifest["layers"] if x["mediaType"].endswith("image.model"))
    return Path(models) / "blobs" / layer["digest"].replace(":", "-")


def logits(apus, path, tokens, adapter=None):
    with tempfile.NamedTemporaryFile() as out:
        ids = ",".join(map(str, tokens))
        subprocess.run([apus, "eval", "logits", str(path), "--tokens", ids, "--out", out.name]
                       + (["--adapter", str(adapter)] if adapter else []), check=True)
        return np.fromfile(out.name, "<f4").reshape(len(tokens), -1).astype(np.float64)


def check_metadata(case, path):
    fields = GGUFReader(str(path)).fields
    template = fields["tokenizer.chat_template"].contents()
    check(template.startswith("{{ bos_token }}"), f"{case}: the template is {template!r}")
    other = fields.get("tokenizer.chat_template.tool_use")
    expected = CASES[case][4] in ("shards", "bf16")
    check((other is not None and other.contents() == TOOLS) == expected,
          f"{case}: the template for tools is {other and other.contents()!r}")
    ends = fields["tokenizer.ggml.eos_token_ids"].contents()
    eos = fields["tokenizer.ggml.eos_token_id"].contents()
    check(sorted(ends) == sorted({eos, 3, 4}), f"{case}: tokens that end it are {ends}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--apus", required=True)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    a = parser.parse_args()
    for case in a.cases or CASES:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            model, tok = save(folder, case)
            how = CASES[case][4]
            tokens = np.random.default_rng(3).integers(0, tok.get_vocab_size(), 64).tolist()
            with torch.no_grad():
                expected = model(torch.tensor([tokens])).logits[0].double().numpy()
            # Weights to the last bit, but keys and values are half floats; then as a user would
            # have it. A router may choose otherwise at a tie: a few positions are left out.
            flips = 3 if "num_experts_per_tok" in CASES[case][2] else 0
            for quantize, bound in (("F32", 1e-3), (None, 0.05 if how.startswith("fp8") else 5e-3)):
                if not create(a.url, "converted", folder, quantize):
                    continue
                path = blob(a.models, "converted")
                check_metadata(case, path)
                actual = logits(a.apus, path, tokens)
                errors = np.abs(actual - expected).max(-1) / np.abs(expected).max()
                error = np.sort(errors)[-1 - flips]
                check(actual.shape == expected.shape and error < bound,
                      f"{case} {quantize}: logits differ by {error:.2e}")
                formats = {x.tensor_type.name for x in GGUFReader(str(path)).tensors}
                print(f"{case:18} {quantize or 'default':8} logits {error:.1e}  {sorted(formats)}")
            has_marks = isinstance(tok, Tokenizer) and tok.token_to_id("<s>") is not None
            for text in TEXTS + (MARKED if has_marks else []):
                wanted = tok.encode(text, add_special_tokens=False).ids
                body = {"model": "converted", "content": text}
                with post(a.url, "/api/tokenize", body) as answer:
                    tokens = json.load(answer)["tokens"]
                check(tokens == wanted, f"{case}: {text!r} is {tokens}, expected {wanted}")
            post(a.url, "/api/delete", {"model": "converted"}, method="DELETE")
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
