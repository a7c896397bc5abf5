#!/usr/bin/env python3
"""Pushes to and pulls from a real registry: Debian's docker-registry, on the loopback address.

    pip install ollama          # for the part that drives a server; left out, visibly, without it
    python3 registry.py --apus .build/release/apus [--registry /usr/bin/docker-registry]

Without --registry the package is looked for on PATH, else fetched with apt-get and unpacked into a
temporary folder; where neither works, the whole script is skipped with a line that says so. Checked:
plain HTTP, TLS (self-signed, with and without the authority's file), a proxy and passwords; that what
was pulled is what was pushed, byte for byte and as the registry has it; layers taken over from another
repository; what skopeo copies and inspects; OCI manifests; the official Python client. One line a
check; the exit status is the number of checks that failed. See also registry_kills.py and
store_limits.py.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

from registry_kit import (Apus, Registry, Relay, check, find_registry, finish, free_port, is_sound,
                          note, skip)


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


def check_large(label, host, options, apus, folder, text="", **extra):
    """Pushes a layer that takes two requests, and pulls it into an empty store."""
    apus.plant(host, "team/large", "v1", 120_000_000, len(label))
    status, output = apus.run("push", *options, f"{host}/team/large:v1", text=text, **extra)
    check(f"{label}: push of a large layer", status == 0, output)
    other = Apus(apus.program, folder, "large-" + label.replace(" ", "-"))
    status, output = other.run("pull", *options, f"{host}/team/large:v1", text=text, **extra)
    check(f"{label}: pull of a large layer", status == 0 and is_sound(other)
          and len(other.blobs()) == 3, output)


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
        check_large("tls", registry.host, [], apus, folder, OLLAMA_CA_FILE=authority)
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
        status, output = other.run("push", "registry.test/team/demo:v1", OLLAMA_CA_FILE=authority,
                                   HTTPS_PROXY=f"http://me:pw@127.0.0.1:{proxy.port}")
        check("proxy: push", status == 0, output)
        check_large("proxy", "registry.test", [], apus, folder, OLLAMA_CA_FILE=authority,
                    HTTPS_PROXY=f"http://me:pw@127.0.0.1:{proxy.port}")
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
        check_large("password", registry.host,
                    ["--insecure", "--username", "me", "--password-stdin"], apus, folder,
                    text="secret\n")
        for label, options, text in [("none", [], ""),
                                     ("wrong", ["--username", "me", "--password-stdin"], "no\n")]:
            other = Apus(apus.program, folder, "refused-" + label)
            status, output = other.run("pull", "--insecure", *options, name, text=text)
            check(f"password: {label} is refused", status == 1 and "unauthorized" in output, output)
            check(f"password: {label} leaves nothing", other.blobs() == [], other.blobs())
    finally:
        registry.stop()


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
        client.copy(name, f"{registry.host}/team/quiet:v3")
        check("client: push without a stream",
              client.push(f"{registry.host}/team/quiet:v3", insecure=True).status == "success")
        check("client: what was pushed without a stream is there",
              registry.manifest("team/quiet", "v3") == registry.manifest("team/demo", "v1"))
        try:
            client.push(f"{registry.host}/team/none:v1", insecure=True)
            check("client: pushing a missing model is an error", False, "no error")
        except ollama.ResponseError as error:
            check("client: pushing a missing model is an error", "not found" in error.error,
                  error.error)
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


def check_mount(registry, apus, folder):
    """Layers that the registry has in another repository are taken over there."""
    other = Apus(apus.program, folder, "mounting")
    relay = Relay(registry.port, 1 << 30)
    host = f"127.0.0.1:{relay.port}"
    other.run("pull", "--insecure", f"{host}/team/demo:v1")
    recipe = os.path.join(folder, "Modelfile.mount")
    with open(recipe, "w") as file:
        file.write(f"FROM {host}/team/demo:v1\nSYSTEM Be brief.\n")
    status, output = other.run("create", f"{host}/other/made:v1", "-f", recipe)
    check("mount: create", status == 0, output)
    relay.sent = 0
    status, output = other.run("push", "--insecure", f"{host}/other/made:v1")
    check("mount: push", status == 0, output)
    check("mount: the weights are not sent", relay.sent < 100_000, relay.sent)
    relay.listener.close()


def put_manifest(registry, path, tag, content, kind):
    request = urllib.request.Request(f"http://{registry.host}/v2/{path}/manifests/{tag}", content,
                                     {"Content-Type": kind}, method="PUT")
    with urllib.request.urlopen(request) as answer:
        return answer.status == 201


def check_oci(registry, apus, folder):
    """Manifests in OCI's formats, as other tools make them, and what skopeo does with them."""
    image = "application/vnd.oci.image.manifest.v1+json"
    index = "application/vnd.oci.image.index.v1+json"
    manifest = json.loads(registry.manifest("team/demo", "v1"))
    manifest["mediaType"] = image
    manifest["config"]["mediaType"] = "application/vnd.oci.image.config.v1+json"
    plain = json.dumps(manifest).encode()
    put_manifest(registry, "team/demo", "oci", plain, image)
    silent = json.dumps({key: value for key, value in manifest.items()
                         if key != "mediaType"}).encode()
    put_manifest(registry, "team/demo", "silent", silent, image)
    listed = {"mediaType": image, "size": len(plain),
              "digest": "sha256:" + hashlib.sha256(plain).hexdigest()}
    put_manifest(registry, "team/demo", "index", json.dumps(
        {"schemaVersion": 2, "mediaType": index, "manifests": [listed]}).encode(), index)
    other = Apus(apus.program, folder, "oci")
    for tag, content in [("oci", plain), ("silent", silent)]:
        status, output = other.run("pull", "--insecure", f"{registry.host}/team/demo:{tag}")
        check(f"oci: {tag} manifest is pulled as it is", status == 0 and is_sound(other)
              and other.manifest(registry.host, "team/demo", tag) == content, output)
    status, output = other.run("pull", "--insecure", f"{registry.host}/team/demo:index")
    check("oci: an index is refused as one", status == 1 and "list of images" in output, output)
    other.run("cp", f"{registry.host}/team/demo:oci", f"{registry.host}/team/again:v1")
    status, output = other.run("push", "--insecure", f"{registry.host}/team/again:v1")
    request = urllib.request.Request(f"http://{registry.host}/v2/team/again/manifests/v1",
                                     headers={"Accept": image})
    with urllib.request.urlopen(request) as answer:
        check("oci: pushed as it is", status == 0 and answer.read() == plain, output)
    if shutil.which("skopeo"):
        check_skopeo(registry, apus, folder, plain)
    else:
        skip("skopeo: not installed")


def check_skopeo(registry, apus, folder, manifest):
    """What skopeo makes of a model in Docker's format, and of one in OCI's, which has `manifest`."""
    place = f"docker://{registry.host}/team"

    def skopeo(command, *arguments):
        insecure = {"copy": ("--src-tls-verify=false", "--dest-tls-verify=false"),
                    "inspect": ("--tls-verify=false",)}[command]
        done = subprocess.run(["skopeo", command, *insecure, *arguments], capture_output=True,
                              timeout=120)
        return done.returncode, done.stdout, done.stderr.decode()

    status, output, errors = skopeo("inspect", "--raw", f"{place}/demo:v1")
    check("skopeo: inspect --raw shows what was pushed",
          status == 0 and output == registry.manifest("team/demo", "v1"), errors)
    status, output, errors = skopeo("copy", f"{place}/demo:v1", f"{place}/no:v1")
    note("skopeo copy of Docker's format: " + ("works" if status == 0 else errors.strip()[-80:]))
    plain, layout = os.path.join(folder, "plain-folder"), os.path.join(folder, "layout")
    for label, way in [
            ("another repository", [(f"{place}/again:v1", f"{place}/copied:v1")]),
            ("dir: and back", [(f"{place}/again:v1", f"dir:{plain}"),
                               (f"dir:{plain}", f"{place}/from-dir:v1")]),
            ("oci: and back", [(f"{place}/again:v1", f"oci:{layout}:v1"),
                               (f"oci:{layout}:v1", f"{place}/from-oci:v1")])]:
        for source, target in way:
            status, output, errors = skopeo("copy", source, target)
            check(f"skopeo: {label}: copy", status == 0, errors)
        path = way[-1][1].removeprefix(place + "/").removesuffix(":v1")
        fresh = Apus(apus.program, folder, "skopeo-" + path)
        status, output = fresh.run("pull", "--insecure", f"{registry.host}/team/{path}:v1")
        check(f"skopeo: {label}: pull", status == 0 and is_sound(fresh)
              and fresh.manifest(registry.host, "team/" + path, "v1") == manifest, output)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--apus", required=True)
    parser.add_argument("--registry")
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
            check_mount(registry, apus, folder)
            check_oci(registry, apus, folder)
        finally:
            registry.stop()
        check_tls(program, apus, folder)
        check_passwords(program, apus, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
