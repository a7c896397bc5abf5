#!/usr/bin/env python3
"""Kills pulls and pushes with SIGKILL at random moments until one ends, and counts bytes.

    python3 registry_kills.py --apus .build/release/apus [--registry /usr/bin/docker-registry]
                              [--mebibytes 256] [--kills 6] [--seed 1]

Pulls come from Debian's docker-registry (found as registry.py does it), over a relay that counts and
holds back. What is fetched twice must stay, for each kill, under the bytes of the pieces that were on
their way and what lay in the sockets' buffers: far below a part, which is 100 MB. Pushes go to a small
registry in this script, which keeps what arrives of a broken request, as the OCI distribution
specification (1.1, "Pushing a blob in chunks") lets it and Ollama's registry does part by part; and to
docker-registry, which cannot: it refuses an upload whose connection broke, so layers begin anew there
and only what they amount to is checked. Then two pulls and two pushes at once: one transfer. One line
a check; the exit status is the number of checks that failed.
"""

import argparse
import hashlib
import http.server
import os
import random
import shutil
import sys
import tempfile
import threading

from registry_kit import (Apus, Registry, Relay, check, find_registry, finish, is_sound, killed,
                          note, skip)

# The bytes that an upload sends in one request; Ollama's.
PART = 100_000_000
# Pieces of a download that are on their way, with what sockets hold.
IN_FLIGHT = 6 * (512 << 10) + (8 << 20)


class Depot(http.server.ThreadingHTTPServer):
    """A registry that takes uploads, also in bits, and manifests."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), DepotHandler)
        self.port = self.server_address[1]
        self.uploads = {}
        # Whose request may add to an upload: of a connection that broke, more may still come.
        self.writers = {}
        self.blobs = {}
        self.manifests = {}
        self.received = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # Connections that are killed are what this is for.


class DepotHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def upload(self):
        name = self.path.split("?")[0].split("/")[-1]
        return name, self.server.uploads.get(name)

    def at(self, status, name):
        size = len(self.server.uploads[name])
        self.answer(status, Location=f"/v2/uploads/{name}?{random.random()}",
                    Range=f"0-{max(0, size - 1)}")

    def do_HEAD(self):
        self.answer(200 if self.path.split("/")[-1] in self.server.blobs else 404)

    def do_POST(self):
        name = str(len(self.server.uploads))
        self.server.uploads[name] = bytearray()
        self.at(202, name)

    def do_GET(self):
        name, upload = self.upload()
        if upload is None:
            return self.answer(200 if self.path == "/v2/" else 404)
        with self.server.lock:
            self.server.writers[name] = None
            self.at(204, name)

    def do_PATCH(self):
        name, upload = self.upload()
        left = int(self.headers["Content-Length"])
        start = int(self.headers["Content-Range"].split("-")[0])
        with self.server.lock:
            self.server.writers[name] = self
            fits = upload is not None and start == len(upload)
        if not fits:
            self.close_connection = True
            return self.answer(404 if upload is None else 416)
        while left > 0:
            data = self.rfile.read1(min(left, 1 << 16))
            if not data:
                self.close_connection = True
                return
            left -= len(data)
            with self.server.lock:
                if self.server.writers[name] is not self:
                    self.close_connection = True
                    return
                upload += data
                self.server.received += len(data)
        self.at(202, name)

    def do_PUT(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "/manifests/" in self.path:
            self.server.manifests[self.path] = content
            return self.answer(201)
        _, upload = self.upload()
        digest = self.path.split("digest=")[1].split("&")[0].replace("%3A", ":")
        if upload is None or "sha256:" + hashlib.sha256(upload).hexdigest() != digest:
            return self.answer(404 if upload is None else 400)
        self.server.blobs[digest] = bytes(upload)
        self.answer(201)


def check_pulls(registry, apus, folder, size, kills, seed):
    total = apus.plant(registry.host, "team/big", "v1", size, seed)
    status, output = apus.run("push", "--insecure", f"{registry.host}/team/big:v1")
    check("pull: the large model is pushed", status == 0, output)
    # The relay is another host, so the model has its name there.
    relay = Relay(registry.port, size / max(4, kills))
    other = Apus(apus.program, folder, "killed")
    arguments = ("pull", "--insecure", f"127.0.0.1:{relay.port}/team/big:v1")
    done, status, output = killed(other, arguments, kills, random.Random(seed))
    check("pull: the last one ends", status == 0, output)
    check("pull: blobs are what their names say", is_sound(other), other.blobs())
    twice = relay.count - total
    check("pull: what was fetched twice stays below what was on its way",
          twice < (done + 1) * IN_FLIGHT, twice)
    note(f"{done} kills, {total:,} bytes wanted, {relay.count:,} over the wire, "
         f"{twice / max(1, done):,.0f} a kill fetched twice")
    other = Apus(apus.program, folder, "shared")
    relay.count = 0
    relay.rate = 1 << 30
    pulls = [other.start(*arguments) for _ in range(2)]
    outputs = [pull.communicate(timeout=600)[0] for pull in pulls]
    check("two pulls at once: both end", all(pull.returncode == 0 for pull in pulls), outputs)
    check("two pulls at once: blobs are what their names say", is_sound(other), other.blobs())
    check("two pulls at once: one download", relay.count < total * 1.02 + 65536, relay.count)
    note(f"two pulls: {total:,} bytes wanted, {relay.count:,} over the wire")
    relay.listener.close()


def check_pushes(apus, folder, size, kills, seed):
    depot = Depot()
    relay = Relay(depot.port, size / max(4, kills))
    other = Apus(apus.program, folder, "pusher")
    host = f"127.0.0.1:{relay.port}"
    total = other.plant(host, "team/big", "v1", size, seed)
    arguments = ("push", "--insecure", f"{host}/team/big:v1")
    done, status, output = killed(other, arguments, kills, random.Random(seed + 1))
    check("push: the last one ends", status == 0, output)
    check("push: the registry has what the store has",
          sorted(digest.replace(":", "-") for digest in depot.blobs) == other.blobs()
          and list(depot.manifests.values()) == [other.manifest(host, "team/big", "v1")],
          list(depot.blobs))
    twice = relay.sent - total
    check("push: less than a part a kill was sent twice", twice < (done + 1) * PART / 10, twice)
    uploads = os.path.join(other.store, "uploads")
    check("push: no record is left", os.listdir(uploads) == [], os.listdir(uploads))
    note(f"{done} kills, {total:,} bytes to send, {relay.sent:,} over the wire, "
         f"{depot.received:,} taken, {twice / max(1, done):,.0f} a kill sent twice")
    depot.blobs.clear()
    relay.sent, relay.rate = 0, 1 << 30
    pushes = [other.start(*arguments) for _ in range(2)]
    outputs = [push.communicate(timeout=600)[0] for push in pushes]
    check("two pushes at once: both end", all(push.returncode == 0 for push in pushes), outputs)
    check("two pushes at once: one upload", relay.sent < total * 1.02 + 65536, relay.sent)
    note(f"two pushes: {total:,} bytes to send, {relay.sent:,} over the wire")
    relay.listener.close()
    depot.shutdown()


def check_real_pushes(registry, apus, folder, size, kills, seed):
    """docker-registry loses uploads with their connections; in the end it must be right."""
    relay = Relay(registry.port, size / 2)
    other = Apus(apus.program, folder, "real-pusher")
    host = f"127.0.0.1:{relay.port}"
    total = other.plant(host, "team/large", "v1", size, seed + 7)
    arguments = ("push", "--insecure", f"{host}/team/large:v1")
    done, status, output = killed(other, arguments, kills, random.Random(seed + 2))
    check("docker-registry: the last push ends", status == 0, output)
    check("docker-registry: the manifest is there",
          status == 0 and registry.manifest("team/large", "v1")
          == other.manifest(host, "team/large", "v1"))
    fresh = Apus(apus.program, folder, "check")
    status, output = fresh.run("pull", "--insecure", f"{registry.host}/team/large:v1")
    check("docker-registry: what was pushed can be pulled", status == 0 and is_sound(fresh)
          and fresh.blobs() == other.blobs(), output)
    note(f"{done} kills, {total:,} bytes to send, {relay.sent:,} over the wire, "
         f"{(relay.sent - total) / max(1, done):,.0f} a kill sent twice")
    relay.listener.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--apus", required=True)
    parser.add_argument("--registry")
    parser.add_argument("--mebibytes", type=int, default=256)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="apus-kills-")
    counts = (arguments.mebibytes << 20, arguments.kills, arguments.seed)
    try:
        apus = Apus(arguments.apus, folder, "source")
        check_pushes(apus, folder, *counts)
        program = find_registry(arguments.registry, folder)
        if program is None:
            skip("docker-registry: it is not here and cannot be installed")
            return finish()
        registry = Registry(program, folder, "plain")
        try:
            check_pulls(registry, apus, folder, *counts)
            check_real_pushes(registry, apus, folder, *counts)
        finally:
            registry.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
