#!/usr/bin/env python3
"""Pushes to and pulls from a real registry: Debian's docker-registry, on the loopback address.

    pip install ollama          # for the part that drives a server; left out, visibly, without it
    python3 registry.py --apus .build/release/apus [--registry /usr/bin/docker-registry]
                        [--mebibytes 256] [--kills 12] [--seed 1]

Without --registry the package is looked for on PATH, else fetched with apt-get and unpacked into a
temporary folder; where neither works, the whole script is skipped with a line that says so. Checked:
plain HTTP, TLS (self-signed, with and without the authority's file) and passwords; that what was
pulled is what was pushed, byte for byte and as the registry has it; pulls killed with SIGKILL at
random moments until one ends, with the bytes that went over the wire; two pulls at once; a disk that
is too small; the official Python client's streams. One line a check; the exit status is the number of
checks that failed.
"""

import argparse
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
import sys
import tempfile
import threading
import time
import urllib.request

FAILURES = 0
PART = 64 << 20


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
    """Passes connections on to a registry, no faster than so much, and counts what comes back."""

    def __init__(self, port, bytes_per_second, host="127.0.0.1", is_proxy=False):
        self.is_proxy = is_proxy
        self.target = port
        self.rate = bytes_per_second
        self.count = 0
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
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, True), daemon=True).start()

    def pump(self, source, sink, counts):
        # Small buffers: what lies in them when a client is killed was sent and never arrived.
        try:
            sink.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
            while data := source.recv(1 << 15):
                sink.sendall(data)
                if counts:
                    with self.lock:
                        self.count += len(data)
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
        folder = os.path.join(self.store, "blobs")
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

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
        layers = [blob(random.Random(seed).randbytes(size), "application/vnd.ollama.image.model"),
                  blob(b"Free for all.", "application/vnd.ollama.image.license")]
        manifest = {"schemaVersion": 2,
                    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                    "config": config, "layers": layers}
        place = os.path.join(self.store, "manifests", host, path)
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, tag), "w") as file:
            json.dump(manifest, file)
        return size + config["size"] + layers[1]["size"]


def is_sound(apus):
    """Whether every blob has its name's digest and nothing else lies beside them."""
    for name in apus.blobs():
        with open(os.path.join(apus.store, "blobs", name), "rb") as file:
            if name != "sha256-" + hashlib.file_digest(file, "sha256").hexdigest():
                return False
    return True


def check_round_trip(label, registry, options, apus, folder, login=None, text="", **extra):
    """Pushes the demo model and pulls it into an empty store."""
    name = f"{registry.host}/team/demo:v1"
    apus.run("cp", "demo", name)
    status, output = apus.run("push", *options, name, text=text, **extra)
    check(f"{label}: push", status == 0 and output.rstrip().endswith("success"), output)
    other = Apus(apus.program, folder, "pulled-" + label.replace(" ", "-"))
    status, output = other.run("pull", *options, name, text=text, **extra)
    check(f"{label}: pull", status == 0, output)
    statuses = output.split("\n")
    check(f"{label}: steps in Ollama's order",
          statuses[0] == "pulling manifest" and statuses[1].startswith("pulling ")
          and statuses[-4:] == ["verifying sha256 digest", "writing manifest", "success", ""],
          statuses)
    if status == 0:
        manifest = other.manifest(registry.host, "team/demo", "v1")
        check(f"{label}: manifests are the same everywhere",
              manifest == apus.manifest(registry.host, "team/demo", "v1")
              == registry.manifest("team/demo", "v1", login))
        check(f"{label}: blobs are what their names say", is_sound(other), other.blobs())
    status, output = other.run("pull", *options, name, text=text, **extra)
    check(f"{label}: pulling again", status == 0, output)
    return name


def certificates(folder):
    """A certificate authority and a certificate of 127.0.0.1: (certificate, key), authority."""
    def path(name):
        return os.path.join(folder, name)

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test-ca",
            "-keyout", path("ca.key"), "-out", path("ca.pem"))
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1",
            "-keyout", path("tls.key"), "-out", path("tls.csr"))
    with open(path("ext"), "w") as file:
        file.write("subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:registry.test\n")
    openssl("x509", "-req", "-in", path("tls.csr"), "-CA", path("ca.pem"), "-CAkey",
            path("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", path("ext"),
            "-out", path("tls.pem"))
    return (path("tls.pem"), path("tls.key")), path("ca.pem")


def check_tls(program, apus, folder):
    tls, authority = certificates(folder)
    registry = Registry(program, folder, "tls", tls=tls)
    try:
        status, output = apus.run("pull", f"{registry.host}/team/demo:v1")
        check("tls: an unknown authority is refused", status == 1 and "not trusted" in output,
              output)
        check_round_trip("tls insecure", registry, ["--insecure"], apus, folder)
        check_round_trip("tls authority", registry, [], apus, folder, OLLAMA_CA_FILE=authority)
        other = Apus(apus.program, folder, "names")
        status, output = other.run("pull", f"localhost:{registry.port}/team/demo:v1",
                                   OLLAMA_CA_FILE=authority)
        check("tls: a host's name is checked", status == 0, output)
        recipe = os.path.join(folder, "Modelfile")
        with open(recipe, "w") as file:
            file.write(f"FROM {registry.host}/team/demo:v1\nSYSTEM Be brief.\n")
        maker = Apus(apus.program, folder, "maker")
        status, output = maker.run("create", "made", "-f", recipe, OLLAMA_CA_FILE=authority)
        check("create: what it is made from is pulled first", status == 0 and is_sound(maker)
              and "pulling manifest" in output and len(maker.blobs()) > 3, output)
        relay = Relay(registry.port, 1 << 30, host="127.0.0.2")
        status, output = other.run("pull", f"127.0.0.2:{relay.port}/team/demo:v1",
                                   OLLAMA_CA_FILE=authority)
        check("tls: another host's certificate is refused", status == 1 and "not trusted" in output,
              output)
        proxy = Relay(registry.port, 1 << 30, is_proxy=True)
        other = Apus(apus.program, folder, "proxied")
        status, output = other.run("pull", "registry.test/team/demo:v1", OLLAMA_CA_FILE=authority,
                                   HTTPS_PROXY=f"http://me:pw@127.0.0.1:{proxy.port}")
        check("proxy: pull", status == 0 and is_sound(other), output)
        check("proxy: everything went through it", len(proxy.heads) > 0 and all(
            head.startswith("CONNECT registry.test:443 ") and "Basic bWU6cHc=" in head
            for head in proxy.heads), proxy.heads)
    finally:
        registry.stop()


def check_passwords(program, apus, folder):
    try:
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import crypt
        hashed = crypt.crypt("secret", crypt.mksalt(crypt.METHOD_BLOWFISH))
    except (ImportError, AttributeError, ValueError):
        return skip("passwords: this Python cannot make bcrypt hashes")
    users = os.path.join(folder, "htpasswd")
    with open(users, "w") as file:
        file.write(f"me:{hashed}\n")
    registry = Registry(program, folder, "users", users=users)
    try:
        name = check_round_trip("password", registry,
                                ["--insecure", "--username", "me", "--password-stdin"],
                                apus, folder, login="me:secret", text="secret\n")
        for label, options, text in [("none", [], ""),
                                     ("wrong", ["--username", "me", "--password-stdin"], "no\n")]:
            other = Apus(apus.program, folder, "refused-" + label)
            status, output = other.run("pull", "--insecure", *options, name, text=text)
            check(f"password: {label} is refused", status == 1 and "unauthorized" in output, output)
            check(f"password: {label} leaves nothing", other.blobs() == [], other.blobs())
    finally:
        registry.stop()


def check_kills(registry, apus, folder, size, kills, seed):
    """Kills pulls until one ends; what was fetched twice must stay below a part a kill."""
    total = apus.plant(registry.host, "team/big", "v1", size, seed)
    status, output = apus.run("push", "--insecure", f"{registry.host}/team/big:v1")
    check("kill: push of the large model", status == 0, output)
    # The relay is another host, so the model has its name there.
    relay = Relay(registry.port, size / max(4, kills))
    other = Apus(apus.program, folder, "killed")
    chance = random.Random(seed)
    done = 0
    arguments = ("pull", "--insecure", f"127.0.0.1:{relay.port}/team/big:v1")
    while True:
        process = other.start(*arguments)
        if done < kills:
            time.sleep(chance.uniform(0.2, 2.0))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                done += 1
                continue
        output, _ = process.communicate(timeout=600)
        break
    check("kill: the last pull ends", process.returncode == 0, output)
    check("kill: blobs are what their names say", is_sound(other), other.blobs())
    twice = relay.count - total
    check("kill: under a part a kill was fetched twice", twice < max(1, done) * PART, twice)
    note(f"{done} kills, {total:,} bytes wanted, {relay.count:,} over the wire, "
         f"{twice / max(1, done):,.0f} a kill fetched twice")
    other = Apus(apus.program, folder, "shared")
    relay.count = 0
    pulls = [other.start(*arguments) for _ in range(2)]
    outputs = [pull.communicate(timeout=600)[0] for pull in pulls]
    check("two pulls at once: both end", all(pull.returncode == 0 for pull in pulls), outputs)
    check("two pulls at once: blobs are what their names say", is_sound(other), other.blobs())
    check("two pulls at once: one download", relay.count < total * 1.02 + 65536, relay.count)
    note(f"two pulls: {total:,} bytes wanted, {relay.count:,} over the wire")
    relay.listener.close()


def check_full_disk(registry, apus, folder):
    """A disk of a few mebibytes, where the system lets us make one."""
    place = os.path.join(folder, "small")
    os.makedirs(place)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place],
                          capture_output=True)
    if made.returncode != 0:
        return skip("full disk: mounting is not allowed here")
    try:
        other = Apus(apus.program, folder, "full", store=os.path.join(place, "models"))
        status, output = other.run("pull", "--insecure", f"{registry.host}/team/demo:v1")
        check("full disk: says so", status == 1 and "disk of the model store" in output, output)
        check("full disk: nothing is left", other.blobs() == [], other.blobs())
        subprocess.run(["mount", "-o", "remount,ro,size=64m", place], check=True)
        status, output = other.run("pull", "--insecure", f"{registry.host}/team/demo:v1")
        check("read-only store: says so", status == 1 and "read-only" in output, output)
    finally:
        subprocess.run(["umount", place], check=True)


def check_client(registry, apus, folder):
    """The official Python client against a server."""
    try:
        import ollama
    except ImportError:
        return skip("client: the ollama package is not installed")
    other = Apus(apus.program, folder, "client")
    port = free_port()
    server = subprocess.Popen([other.program, "serve"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL,
                              env=other.environment(OLLAMA_HOST=f"127.0.0.1:{port}"))
    try:
        client = ollama.Client(host=f"http://127.0.0.1:{port}")
        for _ in range(100):
            try:
                client.list()
                break
            except ConnectionError:
                time.sleep(0.1)
        name = f"{registry.host}/team/demo:v1"
        lines = list(client.pull(name, insecure=True, stream=True))
        statuses = [line.status for line in lines]
        check("client: pull streams", statuses[0] == "pulling manifest"
              and statuses[-3:] == ["verifying sha256 digest", "writing manifest", "success"],
              statuses)
        layers = {line.digest: line for line in lines if line.digest}
        check("client: every layer is complete", len(layers) == 3
              and all(line.total == line.completed for line in layers.values()), layers)
        check("client: the model is listed", name in [model.model for model in client.list().models])
        check("client: the model answers",
              len(client.generate(name, "Hello", think=False,
                                  options={"num_predict": 4}).response) > 0)
        check("client: pull without a stream",
              client.pull(name, insecure=True).status == "success")
        client.copy(name, f"{registry.host}/team/copy:v2")
        lines = list(client.push(f"{registry.host}/team/copy:v2", insecure=True, stream=True))
        statuses = [line.status for line in lines]
        check("client: push streams", statuses[0] == "retrieving manifest"
              and statuses[1].startswith("pushing ")
              and statuses[-2:] == ["pushing manifest", "success"], statuses)
        check("client: what was pushed is there",
              registry.manifest("team/copy", "v2") == registry.manifest("team/demo", "v1"))
        for stream in (False, True):
            try:
                list(client.pull(f"{registry.host}/team/none:v1", insecure=True, stream=stream))
                check("client: a missing model is an error", False, "no error")
            except ollama.ResponseError as error:
                check(f"client: a missing model is an error (stream={stream})",
                      "pull model manifest: file does not exist" in error.error, error.error)
    finally:
        server.terminate()
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--apus", required=True)
    parser.add_argument("--registry")
    parser.add_argument("--mebibytes", type=int, default=256)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="apus-registry-")
    try:
        program = find_registry(arguments.registry, folder)
        if program is None:
            skip("everything: there is no docker-registry and it cannot be installed")
            return 0
        apus = Apus(arguments.apus, folder, "source")
        registry = Registry(program, folder, "plain")
        try:
            check_round_trip("plain", registry, ["--insecure"], apus, folder)
            status, output = apus.run("pull", f"{registry.host}/team/demo:v1")
            check("plain: needs --insecure", status == 1 and "TLS" in output, output)
            runner = Apus(apus.program, folder, "runner")
            status, output = runner.run("run", "--insecure", "--think=false",
                                        f"{registry.host}/team/demo:v1", "Hello!")
            check("run: a missing model is pulled", status == 0 and "Hello" in output, output)
            status, output = runner.run("run", "--insecure", f"{registry.host}/team/no:v1", "Hi")
            check("run: a model that is nowhere is named", status == 1
                  and "team/no" in output and "file does not exist" in output, output)
            status, output = runner.run("push", "--insecure", "demo")
            check("push: the built-in model needs another name", status == 1
                  and "apus cp" in output, output)
            check_client(registry, apus, folder)
            check_full_disk(registry, apus, folder)
            check_kills(registry, apus, folder, arguments.mebibytes << 20, arguments.kills,
                        arguments.seed)
        finally:
            registry.stop()
        check_tls(program, apus, folder)
        check_passwords(program, apus, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{FAILURES} failed" if FAILURES else "all passed")
    return FAILURES


if __name__ == "__main__":
    sys.exit(main())
