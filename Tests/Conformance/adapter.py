#!/usr/bin/env python3
"""Makes models with random LoRA adapters through a live server and compares logits with PEFT.

    pip install torch transformers peft tokenizers sentencepiece gguf numpy llama-cpp-python
    adapter.py --url http://127.0.0.1:11434 --models OLLAMA_MODELS --apus apus

Makes a tiny random model of every family with transformers and random adapters with PEFT (plain;
ranks and factors that differ between modules, stabilized; BF16), creates them from safetensors, and
compares logits over 64 tokens. Writes the same adapter as GGUF with the gguf package, creates that,
and compares with llama.cpp too (left out when llama_cpp is not installed). Then adapters that have to
be refused. Ends with 1 when anything is wrong. OLLAMA_MODELS is the folder of the server's store.
"""
import argparse
import hashlib
import json
import sys
import tempfile
import urllib.error
from pathlib import Path

import gguf
import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

from convert import CASES as CHECKPOINTS
from convert import blob, check, logits, post, problems, save

ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
DENSE = ATTENTION + ["gate_proj", "up_proj", "down_proj"]
# Names of checkpoints of convert.py, and the modules to update.
FAMILIES = {
    "llama": DENSE + ["lm_head"], "llama-tied-biased": DENSE, "mistral-window": DENSE,
    "mixtral": ATTENTION, "qwen2": DENSE, "qwen3": DENSE + ["lm_head"], "qwen3moe": ATTENTION,
}
SETTINGS = {
    "plain": dict(r=4, lora_alpha=8),
    "patterns": dict(r=6, lora_alpha=10, use_rslora=True,
                     rank_pattern={"k_proj": 2, "layers.0.self_attn.o_proj": 9},
                     alpha_pattern={"q_proj": 4, "^model.layers.1.self_attn.v_proj": 25}),
    "bf16": dict(r=8, lora_alpha=16),
}
PARTS = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def adapt(model, folder, modules, how):
    """A PEFT model with a random adapter, which is saved in `folder`."""
    model = get_peft_model(model, LoraConfig(target_modules=modules, **SETTINGS[how]))
    torch.manual_seed(4)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if ".lora_" in name:
                values = torch.randn_like(parameter) * 0.08
                parameter.copy_(values.bfloat16().float() if how == "bf16" else values)
    model.save_pretrained(folder)
    if how == "bf16":
        path = folder / "adapter_model.safetensors"
        save_file({k: v.bfloat16() for k, v in load_file(path).items()}, path, {"format": "pt"})
    return model.eval()


def start_gguf(path, arch, alpha):
    writer = gguf.GGUFWriter(path, arch)
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    return writer


def finish_gguf(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_gguf(model, path, arch, heads, key_heads):
    """The adapter as GGUF, with one alpha: what else a module's factor has goes into B."""
    writer = start_gguf(path, arch, 7.0)
    for name, module in model.named_modules():
        if not hasattr(module, "lora_A") or "default" not in module.lora_A:
            continue
        a = module.lora_A["default"].weight.detach().float().numpy()
        b = module.lora_B["default"].weight.detach().float().numpy()
        b = b * (module.scaling["default"] * a.shape[0] / 7.0)
        source = name.removeprefix("base_model.model.")
        if source == "lm_head":
            target = "output"
        else:
            _, _, layer, part = source.split(".", 3)
            target = f"blk.{layer}.{PARTS[part]}"
            if arch == "llama" and PARTS[part] in ("attn_q", "attn_k"):
                count = heads if PARTS[part] == "attn_q" else key_heads
                b = b.reshape(count, 2, -1, b.shape[1]).swapaxes(1, 2).reshape(b.shape)
        writer.add_tensor(f"{target}.weight.lora_a", a.astype(np.float32))
        writer.add_tensor(f"{target}.weight.lora_b", np.ascontiguousarray(b, np.float32))
    finish_gguf(writer)


def write_experts(base, path, arch):
    """A random adapter for all stacks of experts of a GGUF file; False when it has none."""
    random = np.random.default_rng(5)
    writer = start_gguf(path, arch, 6.0)
    stacks = [t for t in gguf.GGUFReader(base).tensors if "_exps." in t.name]
    for tensor in stacks:
        columns, rows, experts = map(int, tensor.shape)
        for half, shape in (("a", (experts, 3, columns)), ("b", (experts, rows, 3))):
            values = random.standard_normal(shape, np.float32) * 0.1
            writer.add_tensor(f"{tensor.name}.lora_{half}", values)
    finish_gguf(writer)
    return bool(stacks)


def upload(url, paths):
    digests = {}
    for path in paths:
        data = path.read_bytes()
        digests[path.name] = "sha256:" + hashlib.sha256(data).hexdigest()
        try:
            post(url, f"/api/blobs/{digests[path.name]}", method="HEAD")
        except urllib.error.HTTPError:
            post(url, f"/api/blobs/{digests[path.name]}", data=data)
    return digests


def create(url, **body):
    """The lines of an answer, or its error as the only line."""
    try:
        with post(url, "/api/create", body) as answer:
            return [json.loads(line) for line in answer]
    except urllib.error.HTTPError as error:
        return [{"code": error.code, **json.loads(error.read())}]


def succeeds(lines, name, first=None):
    check(lines[-1] == {"status": "success"}, f"{name}: {lines[-1]}")
    if first:
        check(any(line.get("status") == first for line in lines), f"{name}: no '{first}'")
    return lines[-1] == {"status": "success"}


def adapter_blob(models, name):
    manifest = json.loads(
        (Path(models) / f"manifests/registry.ollama.ai/library/{name}/latest").read_text())
    layers = [x for x in manifest["layers"] if x["mediaType"].endswith("image.adapter")]
    return Path(models) / "blobs" / layers[0]["digest"].replace(":", "-")


def llama_logits(base, adapter, tokens):
    try:
        import llama_cpp
    except ImportError:
        return None
    model = llama_cpp.Llama(str(base), lora_path=str(adapter), n_ctx=128, logits_all=True,
                            verbose=False)
    model.eval(tokens)
    return np.array(model.scores[:len(tokens)], np.float64)


def difference(actual, expected, flips):
    """The largest relative difference of a position, after leaving out `flips` of them."""
    if actual.shape != expected.shape:
        return np.inf
    return np.sort(np.abs(actual - expected).max(-1))[-1 - flips] / np.abs(expected).max()


def family(a, case, how, folder):
    base_folder, adapter_folder = folder / "base", folder / "adapter"
    base_folder.mkdir()
    model, tok = save(base_folder, case)
    tokens = np.random.default_rng(3).integers(0, tok.get_vocab_size(), 64).tolist()
    with torch.no_grad():
        plain = model(torch.tensor([tokens])).logits[0].double().numpy()
    config = model.config
    model = adapt(model, adapter_folder, FAMILIES[case], how)
    with torch.no_grad():
        expected = model(torch.tensor([tokens])).logits[0].double().numpy()
    # Half floats as keys and values cost up to 1e-3; routers may choose otherwise at a tie.
    flips = 6 if "num_experts_per_tok" in CHECKPOINTS[case][2] else 0
    check(difference(plain, expected, flips) > 0.05, f"{case} {how}: the adapter does nothing")
    files = upload(a.url, (path for path in base_folder.iterdir() if path.is_file()))
    adapters = upload(a.url, adapter_folder.glob("adapter_*"))
    results = []
    for quantize, bound in (("F32", 2e-3), (None, 5e-3)):
        lines = create(a.url, model="adapted", files=files, adapters=adapters,
                       **({"quantize": quantize} if quantize else {}))
        if not succeeds(lines, f"{case} {how}", "converting adapter"):
            return
        base, adapter = blob(a.models, "adapted"), adapter_blob(a.models, "adapted")
        error = difference(logits(a.apus, base, tokens, adapter), expected, flips)
        check(error < bound, f"{case} {how} {quantize}: logits differ by {error:.2e}")
        results.append(f"PEFT {quantize or 'default'} {error:.1e}")
    # The model of F32 again, with an adapter that somebody else has written.
    succeeds(create(a.url, model="plain", files=files, quantize="F32"), case)
    arch = {"qwen2": "qwen2", "qwen3": "qwen3", "qwen3moe": "qwen3moe"}.get(case, "llama")
    path = folder / "adapter.gguf"
    write_gguf(model, path, arch, config.num_attention_heads, config.num_key_value_heads)
    lines = create(a.url, model="adapted", **{"from": "plain"}, adapters=upload(a.url, [path]))
    if not succeeds(lines, f"{case} {how} GGUF", "parsing GGUF"):
        return
    base, adapter = blob(a.models, "adapted"), adapter_blob(a.models, "adapted")
    actual = logits(a.apus, base, tokens, adapter)
    error = difference(actual, expected, flips)
    check(error < 2e-3, f"{case} {how} GGUF: logits differ by {error:.2e}")
    results.append(f"GGUF {error:.1e}")
    # llama.cpp's `llama` knows no window.
    windowed = "sliding_window" in CHECKPOINTS[case][2]
    other = None if windowed else llama_logits(base, adapter, tokens)
    if other is not None:
        error = difference(actual, other, flips)
        # One router that chooses otherwise early changes all that follows a little.
        check(error < (3e-2 if flips else 2e-3), f"{case} {how}: llama.cpp differs by {error:.2e}")
        results.append(f"llama.cpp {error:.1e}")
        path = folder / "experts.gguf"
        if write_experts(base, path, arch):
            actual, plain = (logits(a.apus, base, tokens, x) for x in (path, None))
            error = difference(actual, llama_logits(base, path, tokens), flips)
            check(error < 2e-3 < difference(actual, plain, flips),
                  f"{case}: experts differ from llama.cpp by {error:.2e}")
            results.append(f"experts {error:.1e}")
    print(f"{case:18} {how:9}", ", ".join(results))


def served(a):
    """Both models answer in turn from the same weights, each its own way."""
    def answer(name):
        body = {"model": name, "prompt": "Hello world", "raw": True, "stream": False,
                "options": {"temperature": 0, "num_predict": 24}}
        with post(a.url, "/api/generate", body) as reply:
            return json.load(reply)["response"]
    first, adapted = answer("plain"), answer("adapted")
    check(first != adapted, "the adapter changes no answer")
    check(first == answer("plain"), "the model without adapter answers otherwise than before")
    check(adapted == answer("adapted"), "the model with adapter answers otherwise than before")
    with post(a.url, "/api/show", {"model": "adapted"}) as reply:
        check("\nADAPTER " in json.load(reply)["modelfile"], "show has no ADAPTER")


def refused(a, folder):
    """Adapters for the last model that was made, and what is wrong with them."""
    def expect(name, text, adapters, source="plain"):
        lines = create(a.url, model="bad", **{"from": source}, adapters=adapters)
        message = str(lines[-1].get("error"))
        check(text in message, f"{name}: {lines[-1]}, expected {text}")
    good = folder / "adapter"
    settings = json.loads((good / "adapter_config.json").read_text())

    def with_settings(**changes):
        path = folder / "changed" / "adapter_config.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({**settings, **changes}))
        return upload(a.url, [path, good / "adapter_model.safetensors"])
    for key, value in dict(use_dora=True, bias="all", modules_to_save=["lm_head"],
                           peft_type="IA3", init_lora_weights="pissa", lora_alpha=0).items():
        expect(key, key, with_settings(**{key: value}))
    expect("no settings", "adapter_config.json",
           upload(a.url, [good / "adapter_model.safetensors"]))
    expect("another model", "The adapter", upload(a.url, [folder / "adapter.gguf"]), "demo")
    model = {"m.gguf": "sha256:" + blob(a.models, "plain").name.removeprefix("sha256-")}
    expect("a model", "adapter", model)
    expect("two", "only one adapter",
           {**upload(a.url, [folder / "adapter.gguf"]), "b.gguf": model["m.gguf"]})
    cut = folder / "cut.gguf"
    data = (folder / "adapter.gguf").read_bytes()
    cut.write_bytes(data[:len(data) // 2])
    expect("cut", "", upload(a.url, [cut]))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--apus", required=True)
    parser.add_argument("cases", nargs="*", default=list(FAMILIES))
    a = parser.parse_args()
    for case in a.cases or FAMILIES:
        for how in SETTINGS:
            with tempfile.TemporaryDirectory() as folder:
                family(a, case, how, Path(folder))
                if how == "bf16":
                    served(a)
                    refused(a, Path(folder))
    for name in ("adapted", "plain"):
        post(a.url, "/api/delete", {"model": name}, method="DELETE")
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
