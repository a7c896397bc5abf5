#!/usr/bin/env python3
"""Times pulls and pushes of one large layer against curl and skopeo, over the loopback address.

    python3 Benchmarks/transfer_speed.py --apus .build/release/apus [--mebibytes 1024] [--rounds 5]
                                         [--registry /usr/bin/docker-registry] [--folder /var/tmp]

The registry is Debian's docker-registry, found as Tests/Conformance/registry.py does it. Programs take
turns; medians and ranges are printed, with the rate and the seconds of processor time of the client
alone. curl moves the bytes and nothing else: it hashes
nothing, and its downloads are written and not synchronized. skopeo copies to and from a folder and
checks digests, as Apus does.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Tests/Conformance"))
from registry_kit import Apus, Registry, find_registry  # noqa: E402


def timed(arguments, environment=None):
    """Seconds that a program took, and seconds of processor time that it used."""
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(arguments, env=environment, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        spent = time.monotonic() - start
        output.seek(0)
        if process.returncode != 0:
            sys.exit(f"{arguments[0]} failed: {output.read()}")
    return spent, usage.ru_utime + usage.ru_stime


class Course:
    """A registry that has the model, in Ollama's format and in one that skopeo copies."""

    def __init__(self, program, apus_program, folder, size):
        self.registry = Registry(program, folder, "registry")
        self.folder = folder
        self.program = apus_program
        self.source = Apus(apus_program, folder, "source")
        self.host = self.registry.host
        self.source.plant(self.host, "team/big", "v1", size, 1)
        self.source.run("push", "--insecure", f"{self.host}/team/big:v1")
        manifest = json.loads(self.source.manifest(self.host, "team/big", "v1"))
        self.layer = manifest["layers"][0]["digest"]
        image = "application/vnd.oci.image.manifest.v1+json"
        manifest["mediaType"] = image
        manifest["config"]["mediaType"] = "application/vnd.oci.image.config.v1+json"
        urllib.request.urlopen(urllib.request.Request(
            f"http://{self.host}/v2/team/big/manifests/oci", json.dumps(manifest).encode(),
            {"Content-Type": image}, method="PUT"))
        # Pushes go to one that has nothing, or layers would only be mounted.
        self.target = Registry(program, folder, "target")
        self.count = 0

    def fresh(self):
        self.count += 1
        return f"run{self.count}"

    def clean(self, name):
        shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)

    def forget(self):
        """Empties the registry that is pushed to."""
        shutil.rmtree(os.path.join(self.folder, "target/docker"), ignore_errors=True)

    def apus_pull(self):
        name = self.fresh()
        other = Apus(self.program, self.folder, name)
        spent = timed([other.program, "pull", "--insecure", f"{self.host}/team/big:v1"],
                      other.environment())
        self.clean(name)
        return spent

    def curl_pull(self):
        target = os.path.join(self.folder, self.fresh())
        spent = timed(["curl", "-sf", "-o", target,
                       f"http://{self.host}/v2/team/big/blobs/{self.layer}"])
        os.remove(target)
        return spent

    def skopeo_pull(self):
        name = self.fresh()
        spent = timed(["skopeo", "copy", "--src-tls-verify=false",
                       f"docker://{self.host}/team/big:oci",
                       "dir:" + os.path.join(self.folder, name)])
        self.clean(name)
        return spent

    def apus_push(self):
        name = f"{self.target.host}/team/big:v1"
        self.source.run("cp", f"{self.host}/team/big:v1", name)
        spent = timed([self.source.program, "push", "--insecure", name], self.source.environment())
        self.forget()
        return spent

    def curl_push(self):
        request = urllib.request.Request(f"http://{self.target.host}/v2/team/big/blobs/uploads/",
                                         b"", method="POST")
        with urllib.request.urlopen(request) as answer:
            place = answer.headers["Location"]
        blob = os.path.join(self.source.store, "blobs", self.layer.replace(":", "-"))
        head = os.path.join(self.folder, "head")
        sent, used = timed(["curl", "-sf", "-D", head, "-X", "PATCH", "-T", blob, "-H",
                            "Content-Type: application/octet-stream", place])
        with open(head) as file:
            place = [line.split(" ", 1)[1].strip() for line in file
                     if line.lower().startswith("location:")][-1]
        spent, more = timed(["curl", "-sf", "-X", "PUT", f"{place}&digest={self.layer}"])
        self.forget()
        return sent + spent, used + more

    def skopeo_push(self):
        folder = os.path.join(self.folder, "plain")
        if not os.path.isdir(folder):
            timed(["skopeo", "copy", "--src-tls-verify=false", f"docker://{self.host}/team/big:oci",
                   "dir:" + folder])
        spent = timed(["skopeo", "copy", "--dest-tls-verify=false", "dir:" + folder,
                       f"docker://{self.target.host}/team/big:oci"])
        self.forget()
        return spent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--apus", required=True)
    parser.add_argument("--registry")
    parser.add_argument("--folder")
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="apus-transfer-", dir=arguments.folder)
    try:
        program = find_registry(arguments.registry, folder)
        if program is None:
            sys.exit("There is no docker-registry and it cannot be installed.")
        course = Course(program, arguments.apus, folder, arguments.mebibytes << 20)
        ways = ["curl_pull", "skopeo_pull", "apus_pull", "curl_push", "skopeo_push", "apus_push"]
        if not shutil.which("skopeo"):
            print("skip  skopeo: not installed")
            ways = [way for way in ways if "skopeo" not in way]
        spent = {way: [] for way in ways}
        for _ in range(arguments.rounds):
            for way in ways:
                spent[way].append(getattr(course, way)())
        for way in ways:
            seconds = [run[0] for run in spent[way]]
            median = statistics.median(seconds)
            print(f"{way:12} {median:6.2f} s ({min(seconds):.2f} to {max(seconds):.2f})  "
                  f"{(arguments.mebibytes << 20) / median / 1e6:6.0f} MB/s  "
                  f"{statistics.median(run[1] for run in spent[way]):5.2f} s of a core", flush=True)
        course.registry.stop()
        course.target.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
