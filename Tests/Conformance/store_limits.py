#!/usr/bin/env python3
"""What happens when the model store is full, read-only, over quota, or changed by two at once.

    sudo python3 store_limits.py --apus .build/release/apus [--registry /usr/bin/docker-registry]

Makes small file systems in memory (tmpfs) and fills them, for which it has to be root; without that it
is skipped with a line that says so. A Debian docker-registry is found as registry.py does it. Checked:
that pulls, uploads and creations say that the disk is full and leave nothing behind; that a pull which
has begun has its room; that pushes and answers need none; that a read-only store can be used and says
what it is when it is to be changed; user quotas, where the kernel has them for tmpfs; a pull while the
model that shares its layers is removed and the store is pruned. One line a check; the exit status is
the number of checks that failed.
"""

import argparse
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from registry_kit import (Apus, Registry, Relay, check, files_below, find_registry, finish, free_port,
                          is_sound, note, skip)


class Mount:
    """A file system in memory of so many bytes."""

    def __init__(self, folder, name, options):
        self.path = os.path.join(folder, name)
        os.makedirs(self.path)
        self.made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.path],
                                   capture_output=True).returncode == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.made:
            subprocess.run(["umount", self.path], check=True)

    def remount(self, options):
        subprocess.run(["mount", "-o", "remount," + options, self.path], check=True)

    def fill(self):
        """Leaves not a byte."""
        with open(os.path.join(self.path, "ballast"), "ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass

    def empty(self):
        os.remove(os.path.join(self.path, "ballast"))


class Server:
    """A running server over a store."""

    def __init__(self, apus):
        self.port = free_port()
        self.process = subprocess.Popen(
            [apus.program, "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=apus.environment(OLLAMA_HOST=f"127.0.0.1:{self.port}"))
        for _ in range(200):
            try:
                self.request("GET", "/api/version")
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the server does not start")

    def request(self, method, path, body=None, is_chunked=False):
        """The status and the text of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        content = json.dumps(body) if isinstance(body, dict) else body
        try:
            if is_chunked:
                connection.request(method, path, iter([content]), encode_chunked=True,
                                   headers={"Transfer-Encoding": "chunked"})
            else:
                connection.request(method, path, content)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The answer may come before all was sent.
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def check_full(registry, apus, folder):
    with Mount(folder, "full", "size=3m") as small:
        other = Apus(apus.program, folder, "full-home", store=os.path.join(small.path, "models"))
        status, output = other.run("pull", "--insecure", f"{registry.host}/team/demo:v1")
        check("full disk: pull says so", status == 1 and "disk of the model store" in output, output)
        check("full disk: pull leaves nothing", other.blobs() == [], other.blobs())
        status, output = other.run("cp", "demo", "mine")
        check("full disk: cp of the built-in model says so",
              status == 1 and "disk of the model store" in output, output)
        check("full disk: cp leaves nothing", other.blobs() == [], other.blobs())
        server = Server(other)
        try:
            content = os.urandom(5 << 20)
            path = "/api/blobs/sha256:" + hashlib.sha256(content).hexdigest()
            for label, is_chunked in [("of a known size", False), ("in chunks", True)]:
                status, text = server.request("POST", path, content, is_chunked)
                check(f"full disk: upload {label} is a 507",
                      status == 507 and "disk" in text, (status, text))
                check(f"full disk: upload {label} leaves nothing", other.blobs() == [],
                      other.blobs())
            status, text = server.request("POST", "/api/create", {
                "model": "made", "from": "demo", "system": "Be brief.", "stream": False})
            check("full disk: create is a 507", status == 507 and "disk" in text, (status, text))
            check("full disk: create leaves nothing", other.blobs() == [], other.blobs())
            status, text = server.request("POST", "/api/pull", {
                "model": f"{registry.host}/team/demo:v1", "insecure": True, "stream": False})
            check("full disk: pull over HTTP is a 507", status == 507, (status, text))
            check("full disk: the server goes on", server.request("GET", "/api/tags")[0] == 200)
        finally:
            server.stop()


def check_room(registry, apus, folder):
    """A download that has begun has its room; a push and an answer need none."""
    with Mount(folder, "room", "size=16m") as small:
        other = Apus(apus.program, folder, "room-home", store=os.path.join(small.path, "models"))
        relay = Relay(registry.port, 3 << 20)
        name = f"127.0.0.1:{relay.port}/team/demo:v1"
        pull = other.start("pull", "--insecure", name)
        for _ in range(200):
            if any(blob.startswith("partial/") for blob in other.blobs()):
                break
            time.sleep(0.05)
        time.sleep(0.5)
        small.fill()
        output, _ = pull.communicate(timeout=120)
        # What comes after the weights are files of a few bytes, which the full disk cannot hold.
        if pull.returncode != 0:
            check("room: a pull that cannot end says so", "disk of the model store" in output, output)
            small.empty()
            relay.count = 0
            status, output = other.run("pull", "--insecure", name)
            check("room: the next pull goes on", status == 0 and relay.count < 3 << 20,
                  (output, relay.count))
            small.fill()
        else:
            check("room: a pull that began ends on a full disk", True)
        check("room: blobs are what their names say", is_sound(other), other.blobs())
        relay.listener.close()
        os.makedirs(other.store + "/manifests/" + registry.host, exist_ok=True)
        small.empty()
        target = f"{registry.host}/team/full:v1"
        status, output = other.run("cp", name, target)
        check("room: cp", status == 0, output)
        small.fill()
        status, output = other.run("push", "--insecure", target)
        check("full disk: push works", status == 0, output)
        status, output = other.run("run", "--think=false", target, "Hello!")
        check("full disk: models answer", status == 0 and "Hello" in output, output)
        status, output = other.run("rm", target)
        check("full disk: models can be removed", status == 0, output)


def check_read_only(registry, apus, folder):
    with Mount(folder, "fixed", "size=64m") as place:
        other = Apus(apus.program, folder, "fixed-home", store=os.path.join(place.path, "models"))
        name = f"{registry.host}/team/fixed:v1"
        status, output = other.run("cp", "demo", name)
        check("read-only store: a model to begin with", status == 0, output)
        place.remount("ro")
        status, output = other.run("pull", "--insecure", f"{registry.host}/team/demo:v1")
        check("read-only store: pull says so", status == 1 and "read-only" in output, output)
        status, output = other.run("push", "--insecure", name)
        check("read-only store: push works", status == 0, output)
        status, output = other.run("rm", name)
        check("read-only store: rm says so", status == 1 and "read-only" in output, output)
        status, output = other.run("prune")
        check("read-only store: prune ends", status in (0, 1) and "Fatal" not in output, output)
        server = Server(other)
        try:
            status, text = server.request("POST", "/api/generate", {
                "model": name, "prompt": "Hello!", "think": False, "stream": False,
                "options": {"num_predict": 4}})
            check("read-only store: models answer", status == 200, (status, text))
            content = b"x" * 1000
            digest = hashlib.sha256(content).hexdigest()
            for label, path, body in [
                    ("upload", "/api/blobs/sha256:" + digest, content),
                    ("create", "/api/create", {"model": "m", "from": name, "stream": False,
                                               "system": "Be brief."}),
                    ("copy", "/api/copy", {"source": name, "destination": "m"})]:
                status, text = server.request("POST", path, body)
                check(f"read-only store: {label} says so", status >= 400 and "read-only" in text,
                      (status, text))
        finally:
            server.stop()


def check_quota(registry, apus, folder):
    """A user's share of a disk that has room."""
    options = "size=64m,usrquota_block_hardlimit=3m,mode=1777"
    with Mount(folder, "shared", options) as place:
        if not place.made or not shutil.which("setpriv"):
            return skip("quota: this kernel has none for tmpfs, or there is no setpriv")
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        home = os.path.join(place.path, "home")
        environment = {**apus.environment(), "HOME": home, "OLLAMA_MODELS": home + "/models"}
        os.makedirs(home + "/models")
        for path in (home, home + "/models"):
            os.chown(path, 65534, 65534)
        os.chmod(folder, 0o755)
        done = subprocess.run(
            [*nobody, apus.program, "pull", "--insecure", f"{registry.host}/team/demo:v1"],
            env=environment, capture_output=True, text=True)
        output = done.stdout + done.stderr
        if "Permission denied" in output and "execute" in output:
            return skip("quota: another user may not run the program where it lies")
        check("quota: pull says so", done.returncode == 1 and "disk of the model store" in output,
              output)
        left = files_below(home + "/models/blobs")
        check("quota: pull leaves nothing", left == [], left)


def check_removing(registry, apus, folder):
    """A pull whose layers are removed with another model while it goes on."""
    relay = Relay(registry.port, 2 << 20)
    host = f"127.0.0.1:{relay.port}"
    other = Apus(apus.program, folder, "removing")
    # The same weights with a large layer of its own.
    other.run("cp", "demo", f"{registry.host}/team/shared:v1")
    size = 6 << 20
    other.plant(registry.host, "team/own", "v1", size, 5)
    manifests = [json.loads(other.manifest(registry.host, path, "v1"))
                 for path in ("team/shared", "team/own")]
    manifests[0]["layers"] += [{**manifests[1]["layers"][0],
                                "mediaType": "application/vnd.ollama.image.license"}]
    place = os.path.join(other.store, "manifests", registry.host, "team/both")
    os.makedirs(place)
    with open(os.path.join(place, "v1"), "w") as file:
        json.dump(manifests[0], file)
    status, output = other.run("push", "--insecure", f"{registry.host}/team/both:v1")
    check("removing: push", status == 0, output)
    for path in ("both", "own", "shared"):
        other.run("rm", f"{registry.host}/team/{path}:v1")
    check("removing: the store is empty", other.blobs() == [], other.blobs())
    other.run("cp", "demo", "keeper")
    pull = other.start("pull", "--insecure", f"{host}/team/both:v1")
    time.sleep(1.5)
    for arguments in (("rm", "keeper"), ("prune",)):
        status, output = other.run(*arguments)
        check(f"removing: {arguments[0]} during a pull", status == 0, output)
    check("removing: the pull was still going on", pull.poll() is None)
    output, _ = pull.communicate(timeout=120)
    check("removing: the pull ends", pull.returncode == 0, output)
    check("removing: blobs are what their names say", is_sound(other) and len(other.blobs()) == 4,
          other.blobs())
    note(f"{relay.count:,} bytes over the wire")
    relay.listener.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--apus", required=True)
    parser.add_argument("--registry")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="apus-limits-")
    try:
        with Mount(folder, "probe", "size=1m") as probe:
            if not probe.made:
                skip("everything: mounting is not allowed here")
                return 0
        program = find_registry(arguments.registry, folder)
        if program is None:
            skip("everything: there is no docker-registry and it cannot be installed")
            return 0
        apus = Apus(arguments.apus, folder, "source")
        registry = Registry(program, folder, "plain")
        try:
            apus.run("cp", "demo", f"{registry.host}/team/demo:v1")
            status, output = apus.run("push", "--insecure", f"{registry.host}/team/demo:v1")
            check("a model to pull", status == 0, output)
            check_full(registry, apus, folder)
            check_room(registry, apus, folder)
            check_read_only(registry, apus, folder)
            check_quota(registry, apus, folder)
            check_removing(registry, apus, folder)
        finally:
            registry.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
