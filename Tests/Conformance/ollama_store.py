#!/usr/bin/env python3
"""Lets a real Ollama and an Apus work on the same model store in turn, and looks that neither harms it.

    python3 ollama_store.py --ollama OLLAMA --apus .build/debug/apus [--registry 127.0.0.1:5000]
                            [--checkpoint FOLDER] [--gguf Sources/CApusDemo/demo.gguf]

OLLAMA and --apus are programs. Ollama runs its llama-quantize on uploaded files; a program that
copies its input will do. With --registry (one without passwords and TLS) models go through it both
ways, with --checkpoint safetensors are converted, too. Checked: what one made, the other lists, shows,
copies, builds upon, removes, pushes and (Apus) runs and verifies; what each removes when it starts
from files that the other left; downloads of one that the other finds half done; both command lines
against both servers. Standard library only. One line a check; the exit status is the number of checks
that failed.
"""

import argparse
import contextlib
import hashlib
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import ollama_server as wire

FAILURES = 0
CHECKS = 0


def check(name, condition, shown=""):
    """Prints one line and counts failures."""
    global FAILURES, CHECKS
    CHECKS += 1
    if not condition:
        FAILURES += 1
    print(("ok    " if condition else "FAIL  ") + name + ("" if condition else f"  {shown!r}"),
          flush=True)
    return condition


def note(text):
    print("      " + text, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running(wire.Server):
    """One of the programs, serving a store."""

    def __init__(self, program, store, home, **environment):
        self.program, self.port = program, free_port()
        super().__init__(f"http://127.0.0.1:{self.port}")
        self.environment = {**os.environ, "HOME": home, "OLLAMA_HOST": f"127.0.0.1:{self.port}",
                            "OLLAMA_MODELS": store, "OLLAMA_NO_CLOUD": "1", **environment}
        self.log = open(os.path.join(home, "server.log"), "ab")
        self.process = subprocess.Popen([program, "serve"], env=self.environment,
                                        stdout=self.log, stderr=self.log)
        for _ in range(200):
            try:
                self.ask("GET", "/")
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{program} does not answer")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(30)
        self.log.close()

    def json(self, method, path, body=None):
        status, _, data = self.ask(method, path, body)
        with contextlib.suppress(ValueError):
            return status, json.loads(data)
        return status, data.decode(errors="replace")

    def done(self, path, body):
        """Whether a request that answers with progress ended in success."""
        status, _, data = self.ask("POST", path, body)
        return status == 200 and b'"success"' in data.splitlines()[-1], data[-300:]

    def upload(self, data):
        digest = wire.digest(data)
        status, _, text = self.ask("POST", f"/api/blobs/{digest}", data)
        assert status in (200, 201), text
        return digest

    def listed(self):
        """Names, digests and sizes of all models but the one that is part of Apus."""
        _, document = self.json("GET", "/api/tags")
        return sorted((m["name"], m["digest"], m["size"]) for m in document["models"]
                      if m["name"] != "demo:latest")

    def shown(self, name):
        """Everything about a model that both say in the same way."""
        status, document = self.json("POST", "/api/show", {"model": name, "verbose": True})
        if status != 200:
            return status, document
        for key in ("modelfile", "modified_at", "parameters", "capabilities"):
            document.pop(key, None)
        return status, document


def age(store, hours):
    """Makes all files of a store so many hours old."""
    moment = time.time() - 3600 * hours
    for folder, _, files in os.walk(store):
        for file in files:
            with contextlib.suppress(OSError):
                os.utime(os.path.join(folder, file), (moment, moment), follow_symlinks=False)


def files(store):
    """Paths of all files, relative."""
    return {os.path.relpath(os.path.join(folder, file), store)
            for folder, _, names in os.walk(store) for file in names}


def unused(store):
    """Blobs that no manifest names."""
    named = set()
    for path in files(store):
        if path.startswith("manifests/"):
            with open(os.path.join(store, path)) as file:
                named |= {"blobs/sha256-" + digest for digest in re.findall("sha256:([0-9a-f]{64})", file.read())}
    return {path for path in files(store) if re.fullmatch("blobs/sha256-[0-9a-f]{64}", path)} - named


FIELDS = {name: body for name, body in wire.FIELDS.items()
          if not re.match("wrong-|bad-|odd-|unknown-[tr]|template-error|quantize-unknown|draft|parameter-forms"
                          "|message-without|null-", name)}


def made_by_ollama(ollama, demo, tiny, registry):
    """Fills a store with Ollama's help; names of the models."""
    files = {"tiny.gguf": ollama.upload(tiny)}
    names = ["base"]
    ollama.done("/api/create", {"model": "base", "files": files})
    for name, body in FIELDS.items():
        for model, source in ((name, {"files": files}), (f"from-{name}", {"from": "base"})):
            done, said = ollama.done("/api/create", {"model": model, **source, **body})
            check(f"Ollama makes {model}", done, said)
            names.append(model)
    weights = {"demo.gguf": ollama.upload(demo)}
    check("Ollama makes a model that runs",
          *ollama.done("/api/create", {"model": "Runs:V1", "files": weights, "system": "Be brief."}))
    adapted = {"files": {"lora.gguf": ollama.upload(wire.gguf(wire.llama(), wire.LORA))},
               "adapters": {"a.gguf": ollama.upload(wire.gguf(wire.ADAPTER, wire.PAIR))}}
    check("Ollama makes a model with an adapter",
          *ollama.done("/api/create", {"model": "adapted", **adapted}))
    ollama.ask("POST", "/api/copy", {"source": "Runs:V1", "destination": "other.host:5000/team/runs:x"})
    ollama.ask("DELETE", "/api/delete", {"model": "from-info"})
    if registry:
        ollama.ask("POST", "/api/copy", {"source": "everything", "destination": f"{registry}/ollama/m:t"})
        check("Ollama pushes", *ollama.done(
            "/api/push", {"model": f"{registry}/ollama/m:t", "insecure": True}))
        ollama.ask("DELETE", "/api/delete", {"model": f"{registry}/ollama/m:t"})
        check("Ollama pulls", *ollama.done(
            "/api/pull", {"model": f"{registry}/ollama/m:t", "insecure": True}))


def command(program, arguments, environment, **more):
    return subprocess.run([program, *arguments], env=environment, capture_output=True, text=True,
                          timeout=120, stdin=subprocess.DEVNULL, **more)


def generate(apus, model):
    """Two tokens are enough to see that the weights are the right ones."""
    body = {"model": model, "prompt": "Hello", "stream": False,
            "options": {"temperature": 0, "num_predict": 8, "seed": 1}}
    status, document = apus.json("POST", "/api/generate", body)
    return status, document.get("response") if isinstance(document, dict) else document


def read_by_apus(options, store, home, before, shown):
    with Running(options.apus, store, home) as apus:
        check("Apus lists what Ollama lists", apus.listed() == before,
              set(apus.listed()) ^ set(before))
        for name, was in shown.items():
            now = apus.shown(name)
            for key in sorted(set(was[1]) | set(now[1])) if now[0] == was[0] else ["status"]:
                if now[1].get(key) != was[1].get(key) if key != "status" else True:
                    # docs/compatibility.md: messages with more than role and content
                    meant = key == "messages" and "rich-message" in name
                    check(f"Apus shows {name}: {key}", meant,
                          (str(was[1].get(key))[:200], str(now[1].get(key))[:200])
                          if key != "status" else now)
        check(f"Apus shows all {len(shown)} of them", True)
        check("Apus runs a model made by Ollama", generate(apus, "runs:v1")[0] == 200,
              generate(apus, "runs:v1"))
        check("Apus runs its copy for another host",
              generate(apus, "other.host:5000/team/runs:x") == generate(apus, "runs:v1"))
        check("Apus copies one", apus.ask(
            "POST", "/api/copy", {"source": "everything", "destination": "apus-copy"})[0] == 200)
        check("Apus builds upon one", *apus.done(
            "/api/create", {"model": "apus-from", "from": "everything", "system": "Apus"}))
        check("Apus removes one",
              apus.ask("DELETE", "/api/delete", {"model": "from-system"})[0] == 200)
        if options.registry:
            apus.ask("POST", "/api/copy",
                     {"source": "everything", "destination": f"{options.registry}/apus/m:t"})
            check("Apus pushes one", *apus.done(
                "/api/push", {"model": f"{options.registry}/apus/m:t", "insecure": True}))
    for tool in (["verify"], ["prune", "--dry-run"], ["prune"], ["du"]):
        done = command(options.apus, tool, apus.environment)
        check("apus " + " ".join(tool), done.returncode == 0, done.stdout + done.stderr)
    with Running(options.ollama, store, home) as ollama:
        names = {name for name, *_ in ollama.listed()}
        check("Ollama lists the rest, the copy and the new one", names == {
            name for name, *_ in before} - {"from-system:latest"} | {
                "apus-copy:latest", "apus-from:latest"} | (
                    {f"{options.registry}/apus/m:t"} if options.registry else set()), names)
        status, document = ollama.json("POST", "/api/show", {"model": "apus-from"})
        check("Ollama shows the new one", status == 200 and document["system"] == "Apus"
              and document["details"]["parent_model"] == "everything:latest", document)


def made_by_apus(apus, options, demo, tiny, folder):
    """Fills a store with Apus's help."""
    digests = {"tiny.gguf": apus.upload(tiny)}
    apus.done("/api/create", {"model": "base", "files": digests})
    for name, body in FIELDS.items():
        for model, source in ((name, {"files": digests}), (f"from-{name}", {"from": "base"})):
            check(f"Apus makes {model}", *apus.done("/api/create", {"model": model, **source, **body}))
    apus.ask("POST", "/api/copy", {"source": "demo", "destination": "Demo-Copy:V1"})
    check("Apus quantizes", *apus.done(
        "/api/create", {"model": "quantized", "files": digests, "quantize": "q8_0"}))
    linked = os.path.join(folder, "linked.gguf")
    with open(linked, "wb") as file:
        file.write(wire.gguf(wire.llama(linked=("bool", True))))
    modelfile = os.path.join(folder, "Modelfile")
    with open(modelfile, "w") as file:
        file.write(f"FROM {linked}\nSYSTEM linked\n")
    done = command(options.apus, ["create", "linked", "-f", modelfile, "--link"], apus.environment)
    check("Apus links", done.returncode == 0, done.stderr)
    if options.checkpoint:
        with open(modelfile, "w") as file:
            file.write(f"FROM {options.checkpoint}\n")
        done = command(options.apus, ["create", "converted", "-f", modelfile], apus.environment)
        check("Apus converts safetensors", done.returncode == 0, done.stderr)
    if options.registry:
        check("Apus pulls what Ollama pushed", *apus.done(
            "/api/pull", {"model": f"{options.registry}/ollama/m:t", "insecure": True}))
    apus.ask("POST", "/v1/messages/batches", {"requests": [{"custom_id": "a", "params": {
        "model": "no-such", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}}]})
    apus.ask("POST", "/v1/messages", {"model": "demo", "max_tokens": 2, "thinking": {
        "type": "enabled", "budget_tokens": 1024}, "messages": [{"role": "user", "content": "x"}]})


def read_by_ollama(options, store, home, before, shown, folder):
    blobs = os.path.join(store, "blobs")
    os.makedirs(os.path.join(blobs, "partial"), exist_ok=True)
    for name in ("sha256-" + "5" * 64, "sha256-" + "5" * 64 + ".journal"):
        with open(os.path.join(blobs, "partial", name), "wb") as file:
            file.write(bytes(1000))
    young = files(store)
    with Running(options.ollama, store, home):
        pass
    check("Ollama's start leaves a store of Apus as it is", files(store) == young,
          files(store) ^ young)
    age(store, 30)
    spare = unused(store)
    with Running(options.ollama, store, home) as ollama:
        gone = young - files(store)
        check("a day later it removes nothing but what no model uses", gone <= spare, gone - spare)
        check("Ollama lists what Apus lists", ollama.listed() == before,
              set(ollama.listed()) ^ set(before))
        for name, was in shown.items():
            now = ollama.shown(name)
            # docs/compatibility.md: F32 weights, messages with more than role and content
            for document in (was[1], now[1]):
                if "rich-message" in name:
                    document.pop("messages", None)
            check(f"Ollama shows {name}", now == was,
                  [(key, was[1].get(key), now[1].get(key)) for key in now[1]
                   if was[1].get(key) != now[1].get(key)] if now[0] == 200 else now)
        check("Ollama copies one", ollama.ask(
            "POST", "/api/copy", {"source": "everything", "destination": "ollama-copy"})[0] == 200)
        for source in ("everything", "quantized", "linked", "Demo-Copy:V1"):
            check(f"Ollama builds upon {source}", *ollama.done(
                "/api/create", {"model": "on-" + source.lower(), "from": source, "system": "Ollama"}))
        check("Ollama removes one",
              ollama.ask("DELETE", "/api/delete", {"model": "from-system"})[0] == 200)
        check("Ollama removes the linked one",
              ollama.ask("DELETE", "/api/delete", {"model": "linked"})[0] == 200)
        check("Ollama removes what is built upon it",
              ollama.ask("DELETE", "/api/delete", {"model": "on-linked"})[0] == 200)
        check("the linked file itself stays", os.path.exists(os.path.join(folder, "linked.gguf")))
        if options.registry:
            ollama.ask("POST", "/api/copy",
                       {"source": "quantized", "destination": f"{options.registry}/apus/q:t"})
            check("Ollama pushes one", *ollama.done(
                "/api/push", {"model": f"{options.registry}/apus/q:t", "insecure": True}))
    with Running(options.apus, store, home) as apus:
        check("Apus goes on with what Ollama made", generate(apus, "on-demo-copy:v1")[0] == 200,
              generate(apus, "on-demo-copy:v1"))
        answer = apus.json("GET", "/v1/messages/batches")
        check("Apus still has its batches", len(answer[1].get("data", [])) == 1, answer)
    done = command(options.apus, ["verify"], apus.environment)
    check("apus verify afterwards", done.returncode == 0, done.stdout + done.stderr)


class SlowRegistry:
    """A registry of one model with one large layer, which it sends as slowly as it is told."""

    def __init__(self, weights):
        self.bytes_per_second = None
        self.sent = 0
        config = b'{"model_format":"gguf","model_family":"llama","architecture":"amd64","os":"linux"}'
        self.blobs = {wire.digest(data): data for data in (weights, config)}
        layer = {"mediaType": "application/vnd.ollama.image.model",
                 "digest": wire.digest(weights), "size": len(weights)}
        self.digest = layer["digest"]
        self.manifest = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json",
                       "digest": wire.digest(config), "size": len(config)},
            "layers": [layer]}).encode()
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_HEAD(self):
                self.answer(False)

            def do_GET(self):
                self.answer(True)

            def answer(self, has_body):
                digest = self.path.rsplit("/", 1)[-1]
                if "/manifests/" in self.path:
                    self.send(200, registry.manifest, has_body)
                elif digest not in registry.blobs:
                    self.send(404, b"", has_body)
                elif has_body and self.path.startswith("/v2/"):
                    self.send(307, b"", has_body, location=f"http://localhost:{registry.port}/data/{digest}")
                else:
                    data, status, spans = registry.blobs[digest], 200, {}
                    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
                    if wanted:
                        first = int(wanted[1])
                        last = min(int(wanted[2] or len(data) - 1), len(data) - 1)
                        status = 206
                        spans = {"content-range": f"bytes {first}-{last}/{len(data)}"}
                        data = data[first:last + 1]
                    self.send(status, data, has_body, **spans)

            def send(self, status, data, has_body, **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                for start in range(0, len(data) if has_body else 0, 1 << 16):
                    piece = data[start:start + (1 << 16)]
                    if registry.bytes_per_second and len(data) > 1 << 20:
                        time.sleep(len(piece) / registry.bytes_per_second)
                    try:
                        self.wfile.write(piece)
                    except OSError:
                        self.close_connection = True
                        return
                    registry.sent += len(piece)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.name = f"127.0.0.1:{self.port}/team/slow:t"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def partials(store):
    """The files of unfinished downloads, shortened."""
    return sorted(re.sub("[0-9a-f]{64}", "…", path) for path in files(store) if "partial" in path)


def downloads(options, home):
    """One program begins a download and is stopped, the other one finds what it left."""
    weights = wire.gguf(wire.llama(), (("token_embd.weight", [1024, 6144]),))
    weights = weights[:-24 << 20] + os.urandom(24 << 20)
    registry = SlowRegistry(weights)
    programs = {"Ollama": options.ollama, "Apus": options.apus}
    for first, second in (("Ollama", "Apus"), ("Apus", "Ollama"), ("Apus", "Apus"), ("Ollama", "Ollama")):
        with tempfile.TemporaryDirectory() as store:
            registry.bytes_per_second = 4 << 20
            begun = Running(programs[first], store, home)
            body = {"model": registry.name, "insecure": True}
            with contextlib.suppress(OSError):
                thread = threading.Thread(target=lambda: silently(begun, body), daemon=True)
                thread.start()
                time.sleep(2.5)
            begun.stop(signal.SIGKILL if first == "Apus" else signal.SIGTERM)
            thread.join(30)
            left = partials(store)
            registry.bytes_per_second, registry.sent = None, 0
            with Running(programs[second], store, home) as server:
                done, said = server.done("/api/pull", body)
                check(f"{second} pulls what {first} began", done, said)
                note(f"left: {left}, sent again: {registry.sent / len(weights):.2f}")
                path = os.path.join(store, "blobs", registry.digest.replace(":", "-"))
                with open(path, "rb") as file:
                    check(f"its bytes are right ({first}, {second})",
                          wire.digest(file.read()) == registry.digest)
                note(f"then left: {partials(store)}")
            done = command(options.apus, ["verify"], server.environment)
            check(f"apus verify ({first}, {second})", done.returncode == 0, done.stdout)
    with tempfile.TemporaryDirectory() as store:
        registry.bytes_per_second = 12 << 20
        with Running(options.ollama, store, home) as one, Running(options.apus, store, home) as other:
            results = []
            threads = [threading.Thread(target=lambda s=s: results.append(s.done("/api/pull", body)))
                       for s in (one, other)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            note(f"both at once: {results}")
            check("both pull at once", all(done for done, _ in results), results)
            check("both list it", one.listed() == other.listed() and len(one.listed()) == 1)
        done = command(options.apus, ["verify"], other.environment)
        check("apus verify after both", done.returncode == 0, done.stdout)


def silently(server, body):
    with contextlib.suppress(OSError, Exception):
        server.ask("POST", "/api/pull", body)


def commands(options, home, demo, tiny):
    """Each command line against each server; what one prints must not depend on the server."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("tiny.gguf", tiny), ("demo.gguf", demo)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        modelfile = os.path.join(folder, "Modelfile")
        with open(modelfile, "w") as file:
            file.write('FROM ./demo.gguf\nSYSTEM """Be\nbrief."""\nPARAMETER temperature 0\n'
                       "PARAMETER num_predict 8\nMESSAGE user hi\nMESSAGE assistant hello\nLICENSE MIT\n")
        steps = [["create", "made", "-f", modelfile], ["create", "on", "-f", modelfile + "2"],
                 ["create", "bad", "-f", modelfile + "3"],
                 ["show", "made"], ["show", "made", "--system"], ["show", "made", "--license"],
                 ["show", "made", "--parameters"], ["show", "made", "--template"],
                 ["show", "nope"], ["cp", "made", "copy:x"], ["cp", "nope", "x"], ["list"],
                 ["list", "ma"], ["ls", "zzz"], ["ps"], ["stop", "nope"], ["stop", "made"], ["rm", "nope"],
                 ["rm", "copy:x", "on"], ["show", "a b"], ["push", "nope"], ["list"]]
        if options.registry:
            steps[-2:-2] = [["cp", "made", f"{options.registry}/cli/m:t"],
                            ["push", f"{options.registry}/cli/m:t", "--insecure"],
                            ["rm", f"{options.registry}/cli/m:t"],
                            ["pull", f"{options.registry}/cli/m:t", "--insecure"],
                            ["pull", f"{options.registry}/cli/nope:t", "--insecure"],
                            ["show", f"{options.registry}/cli/m:t"]]
        with open(modelfile + "2", "w") as file:
            file.write("FROM made\nSYSTEM other\n")
        with open(modelfile + "3", "w") as file:
            file.write("FROM made\nPARAMETER zzz 1\n")
        for tool, program in (("ollama", options.ollama), ("apus", options.apus)):
            with tempfile.TemporaryDirectory() as o, tempfile.TemporaryDirectory() as a, \
                    Running(options.ollama, o, home) as ollama, Running(options.apus, a, home) as apus:
                for step in steps:
                    results = []
                    for server in (ollama, apus):
                        done = command(program, step, {**server.environment, "OLLAMA_MODELS": "/nowhere"})
                        results.append((done.returncode, plain(done.stdout), plain(done.stderr)))
                    name = f"{tool} {' '.join(step).replace(folder, '')}"
                    if step[0] in ("list", "show"):  # the order in a second, and of capabilities
                        results = [(code, sorted(out), said) for code, out, said in results]
                    if step == ["push", "nope"]:  # docs/compatibility.md: accounts, and texts
                        results = [code for code, *_ in results]
                    check(name, results[0] == results[1], results)
                environment = {**apus.environment, "OLLAMA_MODELS": "/nowhere"}
                done = command(program, ["run", "made", "hi"], environment)
                check(f"{tool} run", done.returncode == 0 and done.stdout.strip(), done)
                note(f"{tool} run made hi: {done.stdout.strip()[:60]!r}")
                done = command(program, ["ps"], environment)
                check(f"{tool} ps", "made:latest" in done.stdout and "100% CPU" in done.stdout,
                      done.stdout)
                done = command(program, ["stop", "made"], environment)
                check(f"{tool} stop", done.returncode == 0, done.stderr)


def plain(text):
    """What a command prints without times, escapes of terminals, progress and the built-in model."""
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
    text = re.sub(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", "", text)
    text = re.sub(r"(\d+ \w+|Less than a second|About an? \w+|A \w+) ago", "AGO", text)
    text = re.sub(r"(gathering model components|retrieving manifest|pulling manifest)", r"\n\1\n", text)
    text = re.sub(r" +", " ", text.replace("\r", "\n"))
    lines = []
    for line in text.split("\n"):
        line = line.strip()
        if re.match(r"(pulling|pushing) [0-9a-f]{12}|copying file|validating GGUF|verifying conv|demo:latest", line):
            line = re.sub(r":? +\d+%.*", "", line)
            if re.match("copying|validating|verifying conv|demo", line):
                continue
        if line and line not in lines:
            lines.append(line)
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--ollama", required=True)
    parser.add_argument("--apus", required=True)
    parser.add_argument("--registry")
    parser.add_argument("--checkpoint")
    parser.add_argument("--gguf", default="Sources/CApusDemo/demo.gguf")
    parser.add_argument("--only", choices=["ollama", "apus", "downloads", "commands"])
    options = parser.parse_args()
    options.ollama, options.apus = os.path.abspath(options.ollama), os.path.abspath(options.apus)
    if not options.registry:
        print("skip  what needs a registry: no --registry")
    if not options.checkpoint:
        print("skip  safetensors: no --checkpoint")
    with open(options.gguf, "rb") as file:
        demo = file.read()
    tiny = wire.gguf(wire.llama())
    home = tempfile.mkdtemp()
    try:
        if options.only in (None, "ollama", "apus"):
            with tempfile.TemporaryDirectory() as store:
                with Running(options.ollama, store, home) as ollama:
                    made_by_ollama(ollama, demo, tiny, options.registry)
                    before = ollama.listed()
                    shown = {name: ollama.shown(name) for name, *_ in before}
                read_by_apus(options, store, home, before, shown)
        if options.only in (None, "apus"):
            with tempfile.TemporaryDirectory() as store, tempfile.TemporaryDirectory() as folder:
                with Running(options.apus, store, home) as apus:
                    made_by_apus(apus, options, demo, tiny, folder)
                    before = apus.listed()
                    shown = {name: apus.shown(name) for name, *_ in before}
                read_by_ollama(options, store, home, before, shown, folder)
        if options.only in (None, "downloads"):
            downloads(options, home)
        if options.only in (None, "commands"):
            commands(options, home, demo, tiny)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"{CHECKS} checks, {FAILURES} failed")
    return min(FAILURES, 100)


if __name__ == "__main__":
    sys.exit(main())
