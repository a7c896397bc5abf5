#!/usr/bin/env python3
"""Makes models on a live server with every field of /api/create, and ends conversions on the way.

    pip install ollama gguf numpy
    create.py --url http://127.0.0.1:11434 --models OLLAMA_MODELS --pid PID

The fields are sent as they are, and by the official Python client. Then a model of 150 MB is
quantized: the process that does it must be gone within a second when the client is, its death must
be an error with a reason, and nothing may be left in the store. PID is the server's, OLLAMA_MODELS
the folder of its store. Ends with 1 when anything is wrong.
"""
import argparse
import hashlib
import json
import os
import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import ollama
from gguf import GGUFWriter

ZEROS = "sha256:" + "0" * 64
MANIFEST = {"template": "image.template", "system": "image.system", "license": "image.license",
            "messages": "image.messages", "parameters": "image.params"}
# Fields beside "model" and "from": status, and what the error contains or the last lines are.
CASES = [
    ({}, 200, None),
    ({"stream": False}, 200, None),
    ({"renderer": "qwen3-coder", "parser": "qwen3-coder"}, 200, None),
    ({"renderer": "nope"}, 400, 'unknown renderer "nope"; known are '),
    ({"parser": "nope"}, 400, 'unknown parser "nope"; known are '),
    ({"renderer": 5}, 400, "renderer: A string is expected"),
    ({"requires": "v0.14.0"}, 200, None),
    ({"requires": "soon"}, 400, "requires must be a valid semver (e.g. 0.14.0)"),
    ({"messages": [{"role": "user", "content": "hi"}]}, 200, "messages"),
    ({"messages": [{"role": "user", "content": "hi", "images": ["aGk="]}]}, 400, "images"),
    ({"messages": "x"}, 400, "messages: An array is expected"),
    ({"license": "MIT"}, 200, "license"),
    ({"license": ["A", "B"]}, 200, "license"),
    ({"license": [5]}, 400, "license: A string or a list of strings is expected."),
    ({"template": "{{ .Prompt }}"}, 200, "template"),
    ({"template": "{{ if }}"}, 400, "template error: "),
    ({"template": "{% if x %}"}, 400, "template error: "),
    ({"template": 5}, 400, "template: A string is expected"),
    ({"system": "Be brief."}, 200, "system"),
    ({"system": 5}, 400, "system: A string is expected"),
    ({"parameters": {"temperature": 1, "stop": ["a", "b"], "seed": 7}}, 200, "parameters"),
    ({"parameters": {"stop": "x"}}, 400, 'option "stop" must be of type array'),
    ({"parameters": {"temperature": "hot"}}, 400, 'option "temperature" must be of type float32'),
    ({"parameters": {"stop": [1]}}, 400, 'option "stop" cannot be array'),
    ({"parameters": [1]}, 400, "parameters: An object is expected"),
    ({"info": {"capabilities": ["vision"], "context_length": 10}}, 200, None),
    ({"info": {"context_length": -1}}, 400, "must be a non-negative integer"),
    ({"info": {"parameter_size": 1}}, 400, "must be a string"),
    ({"quantize": "q9"}, 400, "unsupported quantization type q9 - supported types are F32, F16"),
    ({"quantize": "q4_K_M"}, 400, "quantization is only supported for F16, BF16 and F32 models"),
    ({"quantization": "F16"}, 400, "quantization is only supported for F16, BF16 and F32 models"),
    ({"files": {"a.gguf": ZEROS}}, 400, "not of both"),
    ({"from": None, "files": {}}, 400, "unknown type"),
    ({"from": None, "files": {"../a.gguf": ZEROS}}, 400, "file path must be relative"),
    ({"from": None}, 400, "neither 'from' or 'files' was specified"),
    ({"model": None, "name": "create-test"}, 200, None),
    ({"model": "a b"}, 400, "invalid model name"),
    ({"remote_host": "x"}, 400, "remote_host"),
    ({"from": "create-test", "system": "Again."}, 200, "system"),
    ({"something_new": 1}, 200, None),
]
problems = []


def check(condition, text):
    if not condition:
        problems.append(text)
        print("WRONG:", text)


def post(url, path, body=None, data=None, method="POST"):
    data = data if data is not None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(
                urllib.request.Request(url + path, data, method=method)) as answer:
            return answer.status, [json.loads(line) for line in answer]
    except urllib.error.HTTPError as error:
        return error.code, [json.loads(error.read() or b"{}")]


def fields(url, models):
    for extra, status, text in CASES:
        body = {"model": "create-test", "from": "demo", **extra}
        code, lines = post(url, "/api/create", body)
        label = json.dumps(extra)[:70]
        check(code == status, f"{label}: {code} {lines[-1]}")
        if status != 200:
            check(text in lines[-1].get("error", ""), f"{label}: {lines[-1]}")
            continue
        check(lines[-1] == {"status": "success"}, f"{label}: {lines[-1]}")
        check(len(lines) == 1 if body.get("stream") is False else len(lines) > 2, f"{label}: {lines}")
        if text:
            manifest = json.loads((Path(models) / "manifests/registry.ollama.ai/library/"
                                   "create-test/latest").read_text())
            kinds = [layer["mediaType"] for layer in manifest["layers"]]
            check(any(kind.endswith(MANIFEST[text]) for kind in kinds), f"{label}: {kinds}")
    client = ollama.Client(host=url)
    statuses = [x.status for x in client.create(
        model="create-test", from_="demo", system="S", license=["A", "B"],
        parameters={"temperature": 0.5, "stop": ["x"]}, stream=True,
        messages=[{"role": "user", "content": "hi"}], template="{{ .System }} {{ .Prompt }}")]
    check(statuses[-2:] == ["writing manifest", "success"], statuses)
    shown = client.show("create-test")
    check(shown.license == "A\nB", shown.license)
    # The template in use is that of the weights, which can do more.
    check("\nTEMPLATE {{ .System }} {{ .Prompt }}\n" in shown.modelfile, shown.modelfile)
    check("temperature                    0.5" in shown.parameters, shown.parameters)
    for name in ("template", "quantize"):
        try:
            client.create(model="create-test", from_="demo", **{name: "{{ if }}"})
            check(False, f"the client was not told of a wrong {name}")
        except ollama.ResponseError as error:
            check(error.status_code == 400, f"{name}: {error}")
    client.delete("create-test")


def weights(path):
    writer = GGUFWriter(str(path), "llama")
    for key, value in (("block_count", 2), ("context_length", 64), ("embedding_length", 1024)):
        writer.add_uint32(f"llama.{key}", value)
    writer.add_file_type(1)
    generator = np.random.default_rng(1)
    for layer in range(2):
        for name in ("attn_q", "attn_k", "ffn_up", "ffn_gate"):
            values = generator.standard_normal((9216, 1024), dtype=np.float32).astype(np.float16)
            writer.add_tensor(f"blk.{layer}.{name}.weight", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def children(pid):
    found = []
    for folder in Path("/proc").iterdir():
        try:
            parts = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parts[0] != "Z" and int(parts[1]) == pid and b"converter" in command:
            found.append(int(folder.name))
    return found


def wait(condition, seconds):
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if condition():
            return time.monotonic() - start
        time.sleep(0.02)
    return None


def unfinished(models):
    return [x.name for x in (Path(models) / "blobs").iterdir() if x.name.startswith("incoming-")]


def processes(url, models, pid):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        weights(path)
        data = path.read_bytes()
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    if post(url, f"/api/blobs/{digest}", data=b"", method="HEAD")[0] != 200:
        post(url, f"/api/blobs/{digest}", data=data)
    body = json.dumps({"model": "create-large", "files": {"m.gguf": digest}, "quantize": "Q4_K_M"})
    host, port = url.rpartition("//")[2].split(":")
    before = set(unfinished(models))

    client = socket.create_connection((host, int(port)))
    client.sendall(f"POST /api/create HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
                   f"\r\n\r\n{body}".encode())
    check(wait(lambda: children(pid), 20) is not None, "no process converts")
    time.sleep(0.5)
    client.close()
    took = wait(lambda: not children(pid), 5)
    check(took is not None and took < 1, f"the process outlives its client: {took}")
    check(wait(lambda: not set(unfinished(models)) - before, 3) is not None, "files are left")

    request = urllib.request.Request(
        url + "/api/create", json.dumps({**json.loads(body), "stream": False}).encode())
    child = os.fork()
    if child == 0:
        wait(lambda: children(pid), 20)
        time.sleep(0.5)
        for victim in children(pid):
            os.kill(victim, signal.SIGKILL)
        os._exit(0)
    try:
        with urllib.request.urlopen(request) as answer:
            check(False, f"a conversion without a process succeeds: {answer.read()}")
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        check(error.code == 500 and "unexpectedly stopped (signal 9)" in text, text)
    os.waitpid(child, 0)
    check(not set(unfinished(models)) - before, "files are left")
    code, lines = post(url, "/api/create", json.loads(body))
    check(lines[-1] == {"status": "success"}, f"the next conversion: {code} {lines[-1]}")
    amounts = [x["completed"] for x in lines if "completed" in x]
    check(len(amounts) > 20 and amounts == sorted(amounts), "progress comes in order")
    post(url, "/api/delete", {"model": "create-large"}, method="DELETE")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--pid", type=int, required=True)
    a = parser.parse_args()
    fields(a.url, a.models)
    processes(a.url, a.models, a.pid)
    print(f"{len(CASES)} requests, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
