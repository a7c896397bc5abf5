#!/usr/bin/env python3
"""Checks that a running server bounds what clients can make it do.

    python3 limits.py [--url http://127.0.0.1:11434] [--model demo] [--limit BYTES]

Needs the standard library only (and `zstandard`, for zstd). `--limit` is the server's
OLLAMA_MAX_BODY. Bodies that are too large, whole, in chunks and compressed, too deep and of too
many values are refused in the shape of each API; compressed ones of any kind are read; images by
URL are refused and never fetched. Every check is one line of output; the exit status is the number
of checks that failed, 0 when all passed.
"""

import argparse
import gzip
import http.client
import http.server
import json
import threading
import urllib.parse
import zlib

try:
    import zstandard
except ImportError:
    zstandard = None

FAILURES = 0
ADDRESS = None
# A route that answers with tokens, for each API.
ROUTES = ("/api/chat", "/v1/chat/completions", "/v1/messages")


def check(name, condition, shown=""):
    """Prints one line and counts failures."""
    global FAILURES
    if not condition:
        FAILURES += 1
    print(("ok    " if condition else "FAIL  ") + name + ("" if condition else f"  {shown!r}"))


def send(path, body, headers=None, chunked=False):
    """Sends a body; returns status, headers in lower case and the answer as JSON."""
    connection = http.client.HTTPConnection(ADDRESS.hostname, ADDRESS.port, timeout=600)
    headers = {"Content-Type": "application/json", **(headers or {})}
    try:
        if chunked:
            connection.request("POST", path, body=iter(body), headers=headers, encode_chunked=True)
        else:
            connection.request("POST", path, body=body, headers=headers)
    except (BrokenPipeError, ConnectionResetError):
        pass  # refused before all of it was sent
    response = connection.getresponse()
    data = response.read()
    connection.close()
    try:
        document = json.loads(data)
    except ValueError:
        document = None
    return response.status, {k.lower(): v for k, v in response.getheaders()}, document


def message(path, document):
    """The text of a refusal in the shape of its API; None when it has another."""
    if not isinstance(document, dict):
        return None
    error = document.get("error")
    if path.startswith("/api/"):
        return error if isinstance(error, str) else None
    if not isinstance(error, dict):
        return None
    if path == "/v1/messages" and (document.get("type") != "error" or "request_id" not in document):
        return None
    if path != "/v1/messages" and not {"type", "param", "code"} <= set(error):
        return None
    return error.get("message")


def refused(name, path, status, text, answer):
    """Checks a refusal: status, shape and a part of its text."""
    got, _, document = answer
    said = message(path, document)
    check(f"{path}: {name} is {status}", got == status and said and text in said, (got, document))


def request(path, model, content="Hello"):
    """A small request for an answer."""
    return {
        "model": model, "max_tokens": 1, "stream": False, "options": {"num_predict": 1},
        "messages": [{"role": "user", "content": content}],
    }


def packings(body):
    """A body in every coding that this program can make."""
    yield "gzip", gzip.compress(body)
    yield "gzip", gzip.compress(body[:9]) + gzip.compress(body[9:])
    yield "deflate", zlib.compress(body)
    if zstandard:
        yield "zstd", zstandard.ZstdCompressor().compress(body)


def sizes(limit, model):
    for path in ROUTES:
        refused("a large body", path, 413, str(limit), send(path, b" " * (limit + 1)))
        pieces = [b" " * 65536] * (limit // 65536 + 2)
        refused("a large body in chunks", path, 413, str(limit), send(path, pieces, chunked=True))
        for coding, bomb in packings(b" " * (limit + 100_000) + b"{}"):
            refused(
                f"a bomb of {len(bomb)} bytes in {coding}", path, 413, str(limit),
                send(path, bomb, {"Content-Encoding": coding}))
        deep = b'{"messages":' + b"[" * 100_000
        refused("a deep body", path, 400, "too deep", send(path, deep))
        many = b'{"messages":[' + b"0," * (1 << 21) + b"0]}"
        if len(many) <= limit:
            refused("a body of two million values", path, 400, "more values", send(path, many))
        refused("no JSON", path, 400, "", send(path, b"{"))


def codings(model):
    for path in ROUTES:
        body = json.dumps(request(path, model)).encode()
        for coding, packed in packings(body):
            status, _, document = send(path, packed, {"Content-Encoding": coding})
            check(f"{path}: {coding} is read", status == 200, document)
            answer = send(path, packed[:-5], {"Content-Encoding": coding})
            refused(f"cut {coding}", path, 400, "", answer)
        answer = send(path, body, {"Content-Encoding": "br"})
        refused("an unknown coding", path, 415, "br", answer)
        listed = answer[1].get("accept-encoding", "")
        check(f"{path}: a 415 lists what is understood", "gzip" in listed, listed)


class Listener(http.server.BaseHTTPRequestHandler):
    """Counts the requests that come."""

    seen = []

    def do_GET(self):
        Listener.seen.append(self.path)
        self.send_error(404)

    do_HEAD = do_GET

    def log_message(self, *arguments):
        pass


def images(model):
    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/image.png"
    parts = {
        "/v1/chat/completions": {"type": "image_url", "image_url": {"url": url}},
        "/v1/messages": {"type": "image", "source": {"type": "url", "url": url}},
    }
    for path, part in parts.items():
        answer = send(path, json.dumps(request(path, model, [part])))
        refused("an image by URL", path, 400, "image", answer)
    body = request("/api/chat", model)
    body["messages"][0]["images"] = [url]
    refused("an image by URL", "/api/chat", 400, "vision", send("/api/chat", json.dumps(body)))
    item = {"role": "user", "content": [{"type": "input_image", "image_url": url}]}
    answer = send("/v1/responses", json.dumps({"model": model, "input": [item]}))
    refused("an image by URL", "/v1/responses", 400, "image", answer)
    document = {"type": "document", "source": {"type": "url", "url": url}}
    answer = send("/v1/messages", json.dumps(request("/v1/messages", model, [document])))
    refused("a document by URL", "/v1/messages", 400, "not supported", answer)
    check("nothing was fetched", not Listener.seen, Listener.seen)
    server.shutdown()


def main():
    global ADDRESS
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:11434")
    parser.add_argument("--model", default="demo")
    parser.add_argument("--limit", type=int, default=64 << 20)
    arguments = parser.parse_args()
    ADDRESS = urllib.parse.urlsplit(arguments.url)
    codings(arguments.model)
    images(arguments.model)
    sizes(arguments.limit, arguments.model)
    raise SystemExit(min(FAILURES, 100))


if __name__ == "__main__":
    main()
