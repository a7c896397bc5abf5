#!/usr/bin/env python3
"""Times prefill and decode of a GGUF file in Apus and in llama.cpp, in turns.

    pip install llama-cpp-python
    python3 Benchmarks/llama_comparison.py --apus .build/release/apus FILE.gguf... [--rounds 5]
                                           [--prompt 512] [--tokens 64] [--threads 2]

llama.cpp runs in a process of its own and is called directly (llama_decode); Apus answers requests of
/api/generate, from a server of its own on a free loopback port, by the durations that it reports. Only
one of the two has the model loaded at a time. Prompts differ, so that no cache answers. Tokens a
second, medians and ranges of the rounds, and the ratio of the medians.
"""

import argparse
import ctypes
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

CONTEXT = 8192
WORDS = "the of alpha cat run stone river light house tree water stand green paper small".split()


def llama(path, prompt, tokens, threads):
    """Prints tokens a second of llama.cpp as JSON: prefill, decode. Runs in a child."""
    import llama_cpp as lib

    quiet = lib.llama_log_callback(lambda *_: None)
    lib.llama_log_set(quiet, ctypes.c_void_p(0))
    lib.llama_backend_init()
    model = lib.llama_model_load_from_file(path.encode(), lib.llama_model_default_params())
    settings = lib.llama_context_default_params()
    settings.n_ctx, settings.n_batch, settings.n_ubatch = CONTEXT, 2048, 512
    settings.n_threads = settings.n_threads_batch = threads
    context = lib.llama_init_from_model(model, settings)
    count = lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(model))

    def run(number):
        batch = (lib.llama_token * number)(*random.choices(range(100, min(count, 30000)), k=number))
        start = time.perf_counter()
        lib.llama_decode(context, lib.llama_batch_get_one(batch, number))
        lib.llama_get_logits(context)[0]
        return time.perf_counter() - start

    run(8)
    lib.llama_memory_clear(lib.llama_get_memory(context), True)
    prefill = prompt / run(prompt)
    lib.llama_memory_clear(lib.llama_get_memory(context), True)
    run(8)
    print(json.dumps([prefill, tokens / sum(run(1) for _ in range(tokens))]))


class Apus:
    def __init__(self, program, threads, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{host}"
        self.threads = threads
        self.environment = dict(os.environ, OLLAMA_HOST=host, OLLAMA_MODELS=folder)
        self.program = program
        self.server = subprocess.Popen([program, "serve"], env=self.environment,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def add(self, path):
        """Makes a model of a file where it lies."""
        with tempfile.NamedTemporaryFile("w", suffix=".Modelfile") as modelfile:
            modelfile.write(f"FROM {os.path.abspath(path)}\n")
            modelfile.flush()
            subprocess.run([self.program, "create", "bench", "-f", modelfile.name, "--link"],
                           env=self.environment, check=True, capture_output=True)

    def generate(self, prompt, tokens):
        body = {"model": "bench", "prompt": prompt, "raw": True, "stream": False,
                "options": {"num_predict": tokens, "temperature": 0, "num_ctx": CONTEXT,
                            "num_thread": self.threads}}
        request = urllib.request.Request(self.url + "/api/generate", json.dumps(body).encode())
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def measure(self, prompt, tokens):
        """Tokens a second: prefill, decode."""
        self.generate("warm", 1)
        read = self.generate(" ".join(random.choices(WORDS, k=prompt - 1)), 1)
        count = read["prompt_eval_count"] - read.get("prompt_cached_count", 0)
        while True:
            written = self.generate(f"x{random.random()}", tokens)
            if written["eval_count"] == tokens:
                break
        subprocess.run([self.program, "stop", "bench"], env=self.environment, capture_output=True)
        return [count / read["prompt_eval_duration"] * 1e9, tokens / written["eval_duration"] * 1e9]

    def stop(self):
        self.server.terminate()
        self.server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--apus")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--llama", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.llama:
        return llama(options.files[0], options.prompt, options.tokens, options.threads)
    with tempfile.TemporaryDirectory() as folder:
        apus = Apus(options.apus, options.threads, folder)
        try:
            time.sleep(1)
            for path in options.files:
                apus.add(path)
                compare(apus, path, options)
        finally:
            apus.stop()


def compare(apus, path, options):
    rates = {"llama.cpp": [], "Apus": []}
    for _ in range(options.rounds):
        child = subprocess.run(
            [sys.executable, __file__, "--llama", path, "--prompt", str(options.prompt),
             "--tokens", str(options.tokens), "--threads", str(options.threads)],
            check=True, capture_output=True)
        rates["llama.cpp"].append(json.loads(child.stdout))
        rates["Apus"].append(apus.measure(options.prompt, options.tokens))
    print(os.path.basename(path))
    for index, kind in enumerate(("prefill", "decode")):
        medians = {}
        for name, rounds in rates.items():
            values = [rate[index] for rate in rounds]
            medians[name] = statistics.median(values)
            print(f"  {kind:8} {name:10} {medians[name]:8.1f} t/s ({min(values):.1f} to {max(values):.1f})")
        print(f"  {kind:8} ratio      {medians['Apus'] / medians['llama.cpp']:8.2f}")


if __name__ == "__main__":
    sys.exit(main())
