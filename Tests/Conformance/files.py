#!/usr/bin/env python3
"""Pulls GGUF files from a host of this machine, and makes models of split and of linked ones.

    python3 files.py --apus .build/release/apus --demo Sources/CApusDemo/demo.gguf
                     [--mebibytes 192] [--kills 10] [--seed 1] [--llama PYTHON]

The host is a server in this script: it sends ranges or not, slowly or not, counts every byte, changes
files meanwhile, and redirects with a digest as Hugging Face does. Pulls are killed with SIGKILL at
random moments until one ends. Folders are laid out as the caches of Hugging Face, LM Studio and
llama.cpp. With --llama, a Python that has llama-cpp-python generates from the same parts. One line a
check; the exit status is the number of checks that failed.
"""

import argparse
import email.utils
import hashlib
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import gguf_parts
from registry_kit import Apus, check, finish, free_port, is_sound, note, skip

# Six connections, a piece of 2 MiB each, and what lies in sockets: what a kill may cost.
KILL_COST = 6 * (2 << 20) + (8 << 20)


class Host:
    """Files by path, served as the tests want them."""

    def __init__(self, rate=1 << 32):
        self.files = {}
        self.has_ranges = True
        self.knows_conditions = True
        self.has_versions = True
        self.rate = rate
        # Bytes after which a connection breaks.
        self.patience = 1 << 60
        self.sent = 0
        self.requests = []
        self.tags = {}
        self.lock = threading.Lock()
        self.budget_at = time.monotonic()
        host = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Small buffers: what lies in them when a client is killed was sent and never arrived.
            wbufsize = 0

            def do_GET(self):
                host.answer(self)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # Clients that were killed are no errors.
        self.server.handle_error = lambda *arguments: None
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler):
        self.requests.append((handler.path, dict(handler.headers)))
        found = self.files.get(urllib.parse.unquote(handler.path.split("?")[0]))
        if isinstance(found, tuple):
            return self.redirect(handler, *found)
        if found is None:
            handler.send_response(404)
            handler.send_header("Content-Length", "0")
            return handler.end_headers()
        tag = self.tags.setdefault(id(found), f'"{hashlib.md5(found[:1 << 20]).hexdigest()}"')
        condition = handler.headers.get("If-Range") if self.knows_conditions else None
        first, last = 0, len(found) - 1
        wanted = handler.headers.get("Range")
        is_part = self.has_ranges and wanted and condition in (None, tag)
        if is_part:
            first, last = (int(number) for number in wanted[6:].split("-"))
        handler.send_response(206 if is_part else 200)
        if is_part:
            handler.send_header("Content-Range", f"bytes {first}-{last}/{len(found)}")
        if self.has_versions:
            handler.send_header("ETag", tag)
            handler.send_header("Last-Modified", email.utils.formatdate(1790000000, usegmt=True))
        handler.send_header("Content-Length", str(last + 1 - first))
        handler.end_headers()
        self.send(handler, found[first:min(last + 1, first + self.patience)])
        handler.close_connection = last + 1 - first > self.patience

    def redirect(self, handler, location, digest):
        handler.send_response(302)
        handler.send_header("Location", location)
        handler.send_header("X-Linked-ETag", f'"{digest}"')
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def send(self, handler, data):
        view = memoryview(data)
        try:
            handler.connection.setsockopt(1, 7, 1 << 16)  # SO_SNDBUF
            for start in range(0, len(view), 1 << 15):
                piece = view[start:start + (1 << 15)]
                handler.connection.sendall(piece)
                with self.lock:
                    self.sent += len(piece)
                    self.budget_at = max(self.budget_at, time.monotonic() - 0.05)
                    self.budget_at += len(piece) / self.rate
                    wait = self.budget_at - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
        except OSError:
            handler.close_connection = True


def weights(apus, name):
    """The digests of a model's weights, in order; name is all four parts."""
    with open(os.path.join(apus.store, "manifests", name)) as file:
        layers = json.load(file)["layers"]
    return [layer["digest"] for layer in layers if layer["mediaType"].endswith("image.model")]


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def blob_names(apus):
    """What lies among the blobs but records of finished downloads."""
    return [name for name in apus.blobs()
            if not ("partial/url-" in name and name.endswith(".journal"))]


def holds(apus, name, parts):
    """Whether a model has these weights, and every blob the content of its name."""
    for blob in blob_names(apus):
        with open(os.path.join(apus.store, "blobs", blob), "rb") as file:
            if blob != "sha256-" + hashlib.file_digest(file, "sha256").hexdigest():
                return False
    return weights(apus, name) == [digest(part) for part in parts]


def killed(apus, arguments, kills, chance, between=None):
    """Runs a command again and again, killed that often; gives the last one's status and output."""
    done = 0
    while True:
        process = apus.start(*arguments)
        if done < kills:
            time.sleep(chance.uniform(0.3, 2.0))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                done += 1
                if between:
                    between(done)
                continue
        output, _ = process.communicate(timeout=600)
        return done, process.returncode, output


def check_kills(apus, folder, size, kills, seed):
    chance = random.Random(seed)
    data = gguf_parts.noise(size, seed)
    split = gguf_parts.split(data, 3)
    for label, parts in [("one file", [data]), ("three parts", split)]:
        host = Host(rate=size / max(4, kills))
        names = ["/d/big.gguf"] if len(parts) == 1 else [
            "/d/" + gguf_parts.part_name("big", number, 3) for number in (1, 2, 3)]
        host.files = dict(zip(names, parts))
        other = Apus(apus.program, folder, "killed-" + label.replace(" ", "-"))
        arguments = ("pull", "--insecure", host.url + names[-1] + "?token=secret")
        done, status, output = killed(other, arguments, kills, chance)
        total = sum(map(len, parts))
        check(f"kill, {label}: the last pull ends", status == 0, output)
        check(f"kill, {label}: blobs are what was sent",
              status == 0 and holds(other, "registry.ollama.ai/library/big/latest", parts),
              other.blobs())
        twice = host.sent - total
        check(f"kill, {label}: a kill costs less than {KILL_COST >> 20} MiB",
              twice < max(1, done) * KILL_COST, twice)
        note(f"{done} kills, {total:,} bytes wanted, {host.sent:,} sent, "
             f"{twice / max(1, done):,.0f} a kill sent twice")
        check(f"kill, {label}: no secret is kept", not any(
            "secret" in name for _, _, files in os.walk(other.home) for name in files))
        before = host.sent
        status, output = other.run(*arguments)
        check(f"kill, {label}: pulled again, nothing is fetched but beginnings",
              status == 0 and host.sent - before <= 4 * len(parts), host.sent - before)
        host.server.shutdown()


def check_changes(apus, folder, size, seed):
    """A file that becomes another one between two attempts, and during one."""
    chance = random.Random(seed)
    old, new = gguf_parts.noise(size, seed + 1), gguf_parts.noise(size, seed + 2)
    for label in ["conditions", "no conditions"]:
        host = Host(rate=size / 4)
        host.knows_conditions = label == "conditions"
        host.files = {"/x.gguf": old}
        other = Apus(apus.program, folder, "changed-" + label.replace(" ", "-"))
        arguments = ("pull", "--insecure", host.url + "/x.gguf")
        done, status, output = killed(
            other, arguments, 2, chance,
            lambda done: host.files.update({"/x.gguf": new if done == 2 else old}))
        check(f"change between attempts, {label}",
              status == 0 and holds(other, "registry.ollama.ai/library/x/latest", [new]), output)
        host.files = {"/x.gguf": old}
        # Answers end early, so that there are some after the change.
        host.patience = 3 << 20
        process = other.start(*arguments)
        time.sleep(2)
        host.files = {"/x.gguf": new}
        output, _ = process.communicate(timeout=600)
        check(f"change during an attempt, {label}", process.returncode == 0
              and holds(other, "registry.ollama.ai/library/x/latest", [new]), output)
        host.server.shutdown()
    host = Host(rate=size / 2)
    host.has_ranges = host.has_versions = False
    host.files = {"/x.gguf": old}
    other = Apus(apus.program, folder, "plain-host")
    arguments = ("pull", "--insecure", host.url + "/x.gguf", "--as", "team/plain:v1")
    done, status, output = killed(other, arguments, 1, chance,
                                  lambda done: host.files.update({"/x.gguf": new}))
    check("host without ranges and versions",
          status == 0 and holds(other, "registry.ollama.ai/team/plain/v1", [new]), output)
    host.server.shutdown()


def check_digests(apus, folder, size, seed):
    """A host that redirects to another one, and says the digest."""
    data = gguf_parts.noise(size, seed)
    storage, host = Host(), Host()
    storage.files = {"/signed": data}
    place = f"http://localhost:{storage.port}/signed?signature=1"
    host.files = {"/x.gguf": (place, hashlib.sha256(data).hexdigest()),
                  "/wrong.gguf": (place, "0" * 64)}
    other = Apus(apus.program, folder, "linked")
    status, output = other.run("pull", "--insecure", host.url + "/x.gguf")
    check("linked digest: shown and right", status == 0
          and f"pulling {hashlib.sha256(data).hexdigest()[:12]}" in output, output)
    before = storage.sent
    status, output = other.run("pull", "--insecure", host.url + "/x.gguf", "--as", "twin")
    check("linked digest: content that is there is not fetched",
          status == 0 and storage.sent - before == 4, storage.sent - before)
    status, output = other.run("pull", "--insecure", host.url + "/wrong.gguf")
    check("linked digest: wrong content is refused", status == 1 and "digest mismatch" in output,
          output)
    check("linked digest: and not kept", is_sound(other) and len(other.blobs()) == 2, other.blobs())
    for server in (storage, host):
        server.server.shutdown()


def answer(apus, model, **extra):
    return apus.run("run", model, "--think=false", "-o", "temperature=0", "Hello!", **extra)


def check_models(apus, folder, demo, llama):
    """Models that can be run, in parts: from URLs, files, folders and links."""
    with open(demo, "rb") as file:
        data = file.read()
    _, expected = answer(apus, "demo")
    paths = gguf_parts.write_parts(data, 3, os.path.join(folder, "parts"), "demo-Q8_0")
    parts = [open(path, "rb").read() for path in paths]
    host = Host()
    host.files = {"/" + os.path.basename(path): part for path, part in zip(paths, parts)}
    host.files |= {"/whole.gguf": data, "/page.gguf": b"<!DOCTYPE html>"}
    other = Apus(apus.program, folder, "urls")
    status, output = other.run("run", "--insecure", "--think=false", "-o", "temperature=0",
                               host.url + "/whole.gguf", "Hello!")
    check("run: a URL is pulled and answers", status == 0 and expected.strip() in output, output)
    before = host.sent
    status, output = other.run("run", "--insecure", "--think=false", "-o", "temperature=0",
                               host.url + "/whole.gguf", "Hello!")
    check("run: and is there afterwards", status == 0 and host.sent - before == 4, output)
    host.files["/other/whole.gguf"] = gguf_parts.small(2)
    status, output = other.run("run", "--insecure", host.url + "/other/whole.gguf", "Hello!")
    check("run: another file of that name is refused", status == 1
          and "comes from elsewhere" in output, output)
    status, output = other.run("pull", "--insecure", host.url + "/" + os.path.basename(paths[1]))
    check("split: pull by any part", status == 0
          and holds(other, "registry.ollama.ai/library/demo-q8_0/latest", parts), output)
    check("split: answers as the whole does", answer(other, "demo-q8_0") == (0, expected), expected)
    whole, split = (other.run("show", name)[1] for name in ("whole", "demo-q8_0"))
    wanted = ("architecture", "parameters", "quantization", "context")

    def facts(text):
        return [line.split() for line in text.split("\n") if line.split()[:1] and
                line.split()[0] in wanted]

    check("split: shown as the whole is", facts(whole) == facts(split) and facts(whole), split)
    status, output = other.run("verify", "demo-q8_0")
    check("split: verify reads all parts", status == 0 and "4 files verified" in output, output)
    status, output = other.run("du")
    check("split: du counts all parts", status == 0 and "demo-q8_0" in output, output)
    status, output = other.run("pull", "--insecure", host.url + "/page.gguf")
    check("page: named and refused", status == 1 and "no GGUF file" in output, output)
    status, output = other.run("pull", "--insecure", host.url + "/none.gguf")
    check("nothing there: named", status == 1 and "none.gguf" in output, output)
    recipe = os.path.join(folder, "Modelfile-url")
    with open(recipe, "w") as file:
        file.write(f"FROM {host.url}/whole.gguf\nSYSTEM Be brief.\n")
    status, output = other.run("create", "brief", "-f", recipe)
    check("FROM URL: plain HTTP is refused", status == 1 and "insecure" in output, output)
    host.server.shutdown()
    check_folders(apus, folder, data, paths, parts, expected)
    if llama:
        program = ("import sys, llama_cpp; m = llama_cpp.Llama(sys.argv[1], verbose=False); "
                   "print(m.n_vocab())")
        result = subprocess.run([llama, "-c", program, paths[0]], capture_output=True, text=True)
        check("split: llama.cpp opens the parts", result.returncode == 0, result.stderr[-500:])


def check_folders(apus, folder, data, paths, parts, expected):
    """create from parts, and from the caches of other programs."""
    def make(label, source, *flags, folder_of=None):
        other = Apus(apus.program, folder, "made-" + label.replace(" ", "-"))
        recipe = os.path.join(other.home, "Modelfile")
        with open(recipe, "w") as file:
            file.write(f"FROM {source}\n")
        return other, *other.run("create", "mine", "-f", recipe, *flags)

    name = "registry.ollama.ai/library/mine/latest"
    base = os.path.dirname(paths[0])
    for label, source in [("part", paths[1]), ("folder", base)]:
        for flags in ([], ["--link"]):
            title = f"create from a {label} {' '.join(flags)}".rstrip()
            other, status, output = make(title, source, *flags)
            check(title, status == 0 and holds(other, name, parts), output)
            check(f"{title}: answers", answer(other, "mine") == (0, expected), expected)
    hub = os.path.join(folder, "hub/models--u--r")
    snapshot = os.path.join(hub, "snapshots/0123")
    studio = os.path.join(folder, "lmstudio/models/u/r-GGUF")
    cache = os.path.join(folder, "llama.cpp")
    for place in (snapshot, os.path.join(hub, "blobs"), studio, cache):
        os.makedirs(place)
    for path in paths:
        blob = hashlib.sha256(path.encode()).hexdigest()
        shutil.copy(path, os.path.join(hub, "blobs", blob))
        os.symlink(f"../../blobs/{blob}", os.path.join(snapshot, os.path.basename(path)))
        shutil.copy(path, os.path.join(cache, "u_r_" + os.path.basename(path)))
        with open(os.path.join(cache, "u_r_" + os.path.basename(path) + ".json"), "w") as file:
            file.write("{}")
    with open(os.path.join(studio, "demo-Q8_0.gguf"), "wb") as file:
        file.write(data)
    first = os.path.basename(paths[0])
    for label, source, wanted in [
            ("Hugging Face's folder", snapshot, parts),
            ("Hugging Face's file", os.path.join(snapshot, first), parts),
            ("LM Studio's folder", studio, [data]),
            ("llama.cpp's folder", cache, parts),
            ("llama.cpp's file", os.path.join(cache, "u_r_" + first), parts)]:
        other, status, output = make("link " + label.replace("'", ""), source, "--link")
        check(f"link: {label}", status == 0 and "0 bytes copied" in output
              and holds(other, name, wanted), output)
        check(f"link: {label} answers", answer(other, "mine") == (0, expected), expected)
    other, status, output = make("upload of links", snapshot)
    check("links out of a folder: refused with advice", status == 1 and "insecure path" in output
          and "--link" in output, output)
    whole = os.path.join(folder, "small.gguf")
    with open(whole, "wb") as file:
        file.write(gguf_parts.small(1))
    split = gguf_parts.write_parts(gguf_parts.small(1), 3, os.path.join(folder, "small"), "small")
    made = [make(f"quantized {index}", source, "-q", "Q8_0")
            for index, source in enumerate([whole, split[2], os.path.dirname(split[0])])]
    check("create -q of parts: one file, the same as of the whole",
          all(status == 0 for _, status, _ in made)
          and len({str(weights(other, name)) for other, _, _ in made}) == 1
          and len(weights(made[0][0], name)) == 1, made)
    shutil.copy(whole, os.path.join(studio, "small.gguf"))
    other, status, output = make("two models", studio)
    check("two models in a folder: refused", status == 1 and "second model" in output, output)
    os.unlink(os.path.join(cache, "u_r_" + os.path.basename(paths[1])))
    for source in (cache, os.path.join(cache, "u_r_" + first)):
        other, status, output = make("missing part", source)
        check("a missing part is named", status == 1 and "Part 2 of 3 is missing" in output
              and "u_r_demo-Q8_0-00002-of-00003.gguf" in output, output)


def check_api(apus, folder, demo):
    """The route, as programs use it."""
    other = Apus(apus.program, folder, "api")
    host = Host()
    with open(demo, "rb") as file:
        host.files = {"/Small Model.gguf": file.read()}
    port = free_port()
    server = subprocess.Popen([other.program, "serve"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL,
                              env=other.environment(OLLAMA_HOST=f"127.0.0.1:{port}"))
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/").close()
                break
            except OSError:
                time.sleep(0.1)

        def pull(**body):
            request = urllib.request.Request(f"http://127.0.0.1:{port}/api/pull",
                                             json.dumps(body).encode())
            try:
                with urllib.request.urlopen(request) as answer:
                    return answer.status, [json.loads(line) for line in answer]
            except urllib.error.HTTPError as error:
                return error.code, [json.load(error)]

        status, lines = pull(model=host.url + "/Small Model.gguf", insecure=True)
        statuses = [line["status"] for line in lines]
        check("api: lines in Ollama's order", status == 200 and statuses[0] == "pulling manifest"
              and statuses[1] == "pulling Small Model.gguf"
              and statuses[-3:] == ["verifying sha256 digest", "writing manifest", "success"],
              statuses)
        bars = [line for line in lines if line.get("digest")]
        check("api: the bar is complete", bars and bars[-1]["total"] == bars[-1]["completed"]
              == len(host.files["/Small Model.gguf"]), bars[-1:])
        check("api: as", pull(model=host.url + "/Small Model.gguf", insecure=True, stream=False,
                              **{"as": "team/x:v3"}) == (200, [{"status": "success"}])
              and weights(other, "registry.ollama.ai/team/x/v3") != [])
        status, lines = pull(model=host.url + "/Small Model.gguf", stream=False)
        check("api: TLS is asked for",
              status == 400 and lines[0]["error"].startswith("insecure protocol http: "), lines)
        check("api: no name from nothing", pull(model="http://127.0.0.1/.gguf")[0] == 400)
    finally:
        server.terminate()
        server.wait()
        host.server.shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--apus", required=True)
    parser.add_argument("--demo", required=True)
    parser.add_argument("--mebibytes", type=int, default=192)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--llama")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="apus-files-")
    try:
        apus = Apus(arguments.apus, folder, "source")
        check_models(apus, folder, arguments.demo, arguments.llama)
        check_api(apus, folder, arguments.demo)
        check_digests(apus, folder, 4 << 20, arguments.seed)
        check_changes(apus, folder, 24 << 20, arguments.seed)
        check_kills(apus, folder, arguments.mebibytes << 20, arguments.kills, arguments.seed)
        if not arguments.llama:
            skip("llama.cpp: give --llama a Python that has llama-cpp-python")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
