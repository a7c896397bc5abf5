#!/usr/bin/env python3
"""Quantizes GGUF models through a live server and checks the files with the `gguf` package.

    pip install gguf numpy
    quantize.py --url http://127.0.0.1:11434 --models OLLAMA_MODELS --apus apus FILE.gguf...

For every file (weights in F32, F16 or BF16) and every type: the status lines are Ollama's; tensors
in 16-bit floats and in blocks of 32 are to the bit what `gguf` makes of the source; K formats lose
no more than a bound; logits are near the source's, and the mean KL divergence is printed. Ends with
1 when anything is wrong. OLLAMA_MODELS is the folder of the server's store.

With --llama (pip install llama-cpp-python), and then also without files: small random models are
quantized by llama.cpp, too. Every tensor has the format that llama.cpp gives it, but for matrices of
experts; logits of either file, computed by either program, are near each other.
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
from gguf import GGMLQuantizationType as T
from gguf import GGUFReader
from gguf.quants import dequantize, quantize

FILE_TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q5_0": 8, "Q5_1": 9,
              "Q4_K_S": 14, "Q4_K_M": 15, "Q5_K_S": 16, "Q5_K_M": 17, "Q6_K": 18, "BF16": 32}
# Error relative to the weights' root mean square: normal weights, with room for scales.
BOUNDS = {T.Q4_K: 0.085, T.Q5_K: 0.045, T.Q6_K: 0.022}
EXACT = (T.F32, T.F16, T.BF16, T.Q8_0, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1)
problems = []


def check(condition, text):
    if not condition:
        problems.append(text)
        print("WRONG:", text)


def request(url, path, body=None, method="POST", data=None):
    data = data if data is not None else json.dumps(body).encode() if body is not None else None
    return urllib.request.urlopen(urllib.request.Request(url + path, data, method=method))


def lines(url, body):
    with request(url, "/api/create", body) as answer:
        return [json.loads(line) for line in answer]


def upload(url, digest, data):
    try:
        request(url, f"/api/blobs/{digest}", method="HEAD")
    except urllib.error.HTTPError:
        request(url, f"/api/blobs/{digest}", data=data)


def blob(models, name):
    manifest = json.loads(
        (Path(models) / f"manifests/registry.ollama.ai/library/{name}/latest").read_text())
    layer = next(x for x in manifest["layers"] if x["mediaType"].endswith("image.model"))
    return Path(models) / "blobs" / layer["digest"].replace(":", "-")


def floats(tensor):
    return dequantize(tensor.data, tensor.tensor_type).astype(np.float32)


def logits(apus, path, vocabulary):
    rng = np.random.default_rng(1)
    tokens = ",".join(str(x) for x in rng.integers(0, vocabulary, 48))
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([apus, "eval", "logits", str(path), "--tokens", tokens, "--out", out.name],
                       check=True)
        return np.fromfile(out.name, "<f4").reshape(48, -1).astype(np.float64)


def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def compare(source, result, kind, name):
    before = {t.name: t for t in source.tensors}
    formats = {}
    check([t.name for t in result.tensors] == list(before), f"{name}: tensors differ")
    check(result.fields["general.file_type"].contents() == FILE_TYPES[kind], f"{name}: file type")
    for tensor in result.tensors:
        x, was = floats(before[tensor.name]), before[tensor.name].tensor_type
        formats[tensor.tensor_type.name] = formats.get(tensor.tensor_type.name, 0) + 1
        if x.ndim == 1:
            check(tensor.tensor_type == was, f"{name}: {tensor.name} is no longer {was.name}")
        if tensor.tensor_type in EXACT:
            wanted = quantize(x, tensor.tensor_type)
            check(np.array_equal(wanted.view(np.uint8), tensor.data.view(np.uint8)),
                  f"{name}: {tensor.name} is not what gguf makes")
        else:
            y = floats(tensor)
            error = np.sqrt(np.mean((x - y) ** 2)) / np.sqrt(np.mean(x ** 2))
            check(error < BOUNDS[tensor.tensor_type], f"{name}: {tensor.name} loses {error:.3f}")
    return formats


def make(a, data, kind):
    """Creates the model `quantized`; the answer's lines."""
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    upload(a.url, digest, data)
    body = {"model": "quantized", "files": {"model.gguf": digest}, "quantize": kind}
    return lines(a.url, body)


def compare_with_llama(a):
    """The formats that llama.cpp chooses, and logits of both programs for both files."""
    import llama_oracle as llama

    shapes = [llama.Shape("dense"), llama.Shape("dense, tied", tied=True),
              llama.Shape("dense, odd rows", width=96, hidden=160, heads=3, key_heads=1),
              llama.Shape("odd rows, tied", width=96, hidden=160, heads=3, key_heads=1, tied=True),
              llama.Shape("4 experts", experts=4), llama.Shape("8 experts", experts=8, tied=True),
              llama.Shape("4 experts, odd rows", width=96, hidden=160, heads=3, key_heads=1,
                          experts=4)]
    tokens = [1] + list(np.random.default_rng(3).integers(3, llama.VOCABULARY, 47))
    print("model                type    file of Apus: error  file of llama.cpp: error  "
          "loss of Apus's file, of llama.cpp's")
    with tempfile.TemporaryDirectory() as folder:
        source, theirs = Path(folder) / "f32", Path(folder) / "llama"
        for shape in shapes:
            llama.write_random(source, shape)
            expected = llama.apus_logits(a.apus, source, tokens)
            for kind in a.types.split(","):
                if kind == "F32":
                    continue
                name = f"{shape.name} {kind}"
                check(make(a, source.read_bytes(), kind)[-1] == {"status": "success"}, name)
                ours = blob(a.models, "quantized")
                llama.llama_quantize(source, theirs, kind)
                ours_formats, theirs_formats = llama.formats(ours), llama.formats(theirs)
                check(set(ours_formats) == set(theirs_formats), f"{name}: other tensors")
                for tensor, wanted in theirs_formats.items():
                    if shape.experts >= 8 and "_exps" in tensor:
                        wanted = {"Q4_K": "Q5_K", "Q4_0": "Q5_K", "Q4_1": "Q5_K"}.get(wanted, wanted)
                    check(ours_formats[tensor] == wanted,
                          f"{name}: {tensor} is {ours_formats[tensor]}, not {wanted}")
                logits = [(llama.apus_logits(a.apus, path, tokens), llama.llama_logits(path, tokens))
                          for path in (ours, theirs)]
                errors = [llama.error(there, here) for here, there in logits]
                losses = [llama.error(expected, here) for here, _ in logits]
                check(max(errors) < 3e-3, f"{name}: the programs differ by {max(errors):.1e}")
                check(losses[0] < 1.25 * losses[1], f"{name}: loses more than llama.cpp's file")
                print(f"{shape.name:20} {kind:7} {errors[0]:.1e}              {errors[1]:.1e}"
                      f"                   {losses[0]:.1e} {losses[1]:.1e}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--apus", required=True)
    parser.add_argument("--types", default=",".join(FILE_TYPES))
    parser.add_argument("--llama", action="store_true")
    parser.add_argument("files", nargs="*")
    a = parser.parse_args()
    for path in a.files:
        data = Path(path).read_bytes()
        source = GGUFReader(path)
        vocabulary = next(t for t in source.tensors if t.name == "token_embd.weight").shape[1]
        expected = log_softmax(logits(a.apus, path, vocabulary))
        own = source.fields.get("general.file_type")
        own = own.contents() if own else None
        for kind in a.types.split(","):
            answer = make(a, data, kind)
            texts = [x.get("status", x.get("error")) for x in answer]
            check(texts[0] == "parsing GGUF" and texts[-2:] == ["writing manifest", "success"],
                  f"{path} {kind}: {texts[-1]}")
            quantizing = [x for x in answer if x.get("status", "").startswith("quantizing ")]
            check(bool(quantizing) == (FILE_TYPES[kind] != own), f"{path} {kind}: status lines")
            for line in quantizing:
                check(line["status"].endswith(f" model to {kind}")
                      and line["digest"] == "0000000000000000000", f"{path} {kind}: {line}")
            target = blob(a.models, "quantized")
            formats = compare(source, GGUFReader(str(target)), kind, f"{Path(path).name} {kind}")
            actual = log_softmax(logits(a.apus, target, vocabulary))
            divergence = float(np.mean((np.exp(expected) * (expected - actual)).sum(axis=-1)))
            size = target.stat().st_size / len(data)
            print(f"{Path(path).name:28} {kind:7} KL {divergence:.2e}  size {size:.2f}  {formats}")
    if a.llama:
        compare_with_llama(a)
    request(a.url, "/api/delete", {"model": "quantized"}, method="DELETE")
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
