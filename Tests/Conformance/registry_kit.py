"""What the scripts about registries share: a real registry, a relay that counts, the program."""

import base64
import glob
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.request

FAILURES = 0


def check(name, condition, shown=""):
    """Prints one line and counts failures."""
    global FAILURES
    if not condition:
        FAILURES += 1
    print(("ok    " if condition else "FAIL  ") + name + ("" if condition else f"  {shown!r}"),
          flush=True)


def note(text):
    print("      " + text, flush=True)


def skip(text):
    print("skip  " + text, flush=True)


def find_registry(given, folder):
    """The registry's program, or None."""
    found = given or shutil.which("docker-registry")
    if found:
        return found
    try:
        subprocess.run(["apt-get", "download", "docker-registry"], cwd=folder, check=True,
                       capture_output=True, timeout=120)
        package = glob.glob(os.path.join(folder, "docker-registry_*.deb"))[0]
        subprocess.run(["dpkg", "-x", package, os.path.join(folder, "package")], check=True)
        return os.path.join(folder, "package/usr/bin/docker-registry")
    except (OSError, subprocess.SubprocessError, IndexError):
        return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Registry:
    """A running docker-registry."""

    def __init__(self, program, folder, name, tls=None, users=None):
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.scheme = "https" if tls else "http"
        http = {"addr": self.host}
        if tls:
            http["tls"] = {"certificate": tls[0], "key": tls[1]}
        settings = {
            "version": 0.1, "log": {"level": "error"}, "http": http,
            "storage": {"filesystem": {"rootdirectory": os.path.join(folder, name)}},
        }
        if users:
            settings["auth"] = {"htpasswd": {"realm": "test", "path": users}}
        path = os.path.join(folder, name + ".yml")
        with open(path, "w") as file:
            json.dump(settings, file)  # JSON is YAML.
        self.log = open(os.path.join(folder, name + ".log"), "w")
        self.process = subprocess.Popen([program, "serve", path], stdout=self.log,
                                        stderr=self.log)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the registry does not start")

    def manifest(self, path, tag, login=None):
        """A manifest's bytes, as the registry has them."""
        request = urllib.request.Request(
            f"{self.scheme}://{self.host}/v2/{path}/manifests/{tag}",
            headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"})
        if login:
            request.add_header("Authorization",
                               "Basic " + base64.b64encode(login.encode()).decode())
        context = ssl._create_unverified_context()
        with urllib.request.urlopen(request, context=context) as answer:
            return answer.read()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Relay:
    """Passes connections on to a registry, no faster than so much, and counts what passes.

    `count` is what the registry sent, `sent` what was sent to it; bytes of heads are among them.
    """

    def __init__(self, port, bytes_per_second, host="127.0.0.1", is_proxy=False):
        self.is_proxy = is_proxy
        self.target = port
        self.rate = bytes_per_second
        self.count = 0
        self.sent = 0
        self.heads = []
        self.lock = threading.Lock()
        self.budget_at = time.monotonic()
        self.listener = socket.create_server((host, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.is_proxy:
                # Whatever host is asked for, the registry answers.
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += client.recv(1)
                self.heads.append(head.decode())
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, True), daemon=True).start()

    def pump(self, source, sink, counts):
        # Small buffers: what lies in them when a client is killed was sent and never arrived.
        try:
            sink.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
            while data := source.recv(1 << 15):
                sink.sendall(data)
                with self.lock:
                    if counts:
                        self.count += len(data)
                    else:
                        self.sent += len(data)
                    self.budget_at = max(self.budget_at, time.monotonic() - 0.05)
                    self.budget_at += len(data) / self.rate
                    wait = self.budget_at - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()


class Apus:
    """The program, with a home and a store of its own."""

    def __init__(self, program, folder, name, store=None):
        self.program = os.path.abspath(program)
        self.home = os.path.join(folder, name)
        self.store = store or os.path.join(self.home, "models")
        os.makedirs(self.home, exist_ok=True)

    def environment(self, **extra):
        kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
        return {**kept, "HOME": self.home, "OLLAMA_MODELS": self.store,
                "OLLAMA_HOST": f"127.0.0.1:{free_port()}", **extra}

    def start(self, *arguments, **extra):
        return subprocess.Popen([self.program, *arguments], env=self.environment(**extra),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def run(self, *arguments, text="", **extra):
        process = self.start(*arguments, **extra)
        output, _ = process.communicate(text, timeout=600)
        return process.returncode, output

    def manifest(self, host, path, tag):
        with open(os.path.join(self.store, "manifests", host, path, tag), "rb") as file:
            return file.read()

    def blobs(self):
        return files_below(os.path.join(self.store, "blobs"))

    def plant(self, host, path, tag, size, seed):
        """Writes a model of random bytes into the store; gives its size with everything."""
        os.makedirs(os.path.join(self.store, "blobs"), exist_ok=True)

        def blob(data, kind):
            digest = hashlib.sha256(data).hexdigest()
            with open(os.path.join(self.store, "blobs", "sha256-" + digest), "wb") as file:
                file.write(data)
            return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}

        config = blob(b'{"model_format":"gguf","model_family":"llama"}',
                      "application/vnd.docker.container.image.v1+json")
        chance = random.Random(seed)
        weights = b"".join(chance.randbytes(min(1 << 20, size - start))
                           for start in range(0, size, 1 << 20))
        layers = [blob(weights, "application/vnd.ollama.image.model"),
                  blob(b"Free for all.", "application/vnd.ollama.image.license")]
        manifest = {"schemaVersion": 2,
                    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                    "config": config, "layers": layers}
        place = os.path.join(self.store, "manifests", host, path)
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, tag), "w") as file:
            json.dump(manifest, file)
        return size + config["size"] + layers[1]["size"]


def killed(apus, arguments, kills, chance, longest=2.0):
    """Runs a command, killing it at random moments; gives the kills, and how and with what it ended."""
    done = 0
    while True:
        process = apus.start(*arguments)
        if done < kills:
            time.sleep(chance.uniform(0.2, longest))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                done += 1
                continue
        output, _ = process.communicate(timeout=600)
        return done, process.returncode, output


def files_below(folder):
    """Paths of all files below a folder."""
    return sorted(os.path.relpath(os.path.join(place, name), folder)
                  for place, _, names in os.walk(folder) for name in names)


def is_sound(apus):
    """Whether every blob has its name's digest and nothing else lies beside them."""
    for name in apus.blobs():
        with open(os.path.join(apus.store, "blobs", name), "rb") as file:
            if name != "sha256-" + hashlib.file_digest(file, "sha256").hexdigest():
                return False
    return True


def finish():
    """Prints the end; gives the exit status."""
    print(f"{FAILURES} failed" if FAILURES else "all passed")
    return FAILURES
