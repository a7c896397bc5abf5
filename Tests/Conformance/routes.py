#!/usr/bin/env python3
"""Checks the native routes of a running server against Ollama's documented behaviour.

    python3 routes.py [--url http://127.0.0.1:11434] [--model demo]

Needs the standard library only, and a model that can complete text. Every check is one line of
output; the exit status is the number of checks that failed, 0 when all passed. Models that the
checks make are named `conformance-*` and removed at the end.
"""

import argparse
import http.client
import json
import sys
import urllib.parse

FAILURES = 0
ADDRESS = None
ZEROS = "sha256:" + "0" * 64


def check(name, condition, shown=""):
    """Prints one line and counts failures."""
    global FAILURES
    if not condition:
        FAILURES += 1
    print(("ok    " if condition else "FAIL  ") + name + ("" if condition else f"  {shown!r}"))
    return condition


def request(method, path, body=None, headers=None):
    """Sends a request; returns status, headers in lower case and the body's bytes."""
    connection = http.client.HTTPConnection(ADDRESS.hostname, ADDRESS.port, timeout=600)
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    connection.request(method, path, body=body, headers=headers or {})
    response = connection.getresponse()
    data = response.read()
    names = {key.lower(): value for key, value in response.getheaders()}
    connection.close()
    return response.status, names, data


def document(data):
    """The body as JSON, or None."""
    try:
        return json.loads(data)
    except ValueError:
        return None


def lines(data):
    """The lines of a streamed body as JSON."""
    return [json.loads(line) for line in data.splitlines() if line]


def refused(method, path, body, status, error):
    """Checks a refusal: its status, and its text, whole or (with a star) its beginning."""
    got, _, data = request(method, path, body)
    text = (document(data) or {}).get("error", "")
    same = text.startswith(error[:-1]) if error.endswith("*") else text == error
    name = f"{method} {path} {body if isinstance(body, str) else json.dumps(body)}"
    check(f"{name[:110]} is {status}", got == status and same, (got, text or data[:100]))


def general():
    for method in ("GET", "HEAD"):
        status, headers, data = request(method, "/")
        expected = b"Ollama is running" if method == "GET" else b""
        check(f"{method} / greets", status == 200 and data == expected, (status, data))
    status, headers, data = request("GET", "/api/version")
    version = (document(data) or {}).get("version", "")
    check("version is one", status == 200 and version.count(".") >= 1, data)
    check(
        "JSON says so", headers.get("content-type") == "application/json; charset=utf-8", headers)
    for path in ("/nowhere", "/api/tags/more"):
        status, _, data = request("GET", path)
        check(f"{path} is 404", status == 404 and data == b"404 page not found", (status, data))
    for method, path in (("GET", "/api/chat"), ("PUT", "/api/tags"), ("POST", "/api/ps")):
        status, headers, _ = request(method, path)
        check(f"{method} {path} is 405", status == 405 and headers.get("allow"), (status, headers))
    status, _, _ = request("HEAD", "/api/tags")
    check("HEAD /api/tags is 200", status == 200, status)


def origins():
    status, headers, _ = request("GET", "/api/version", headers={"Origin": "http://localhost:3000"})
    allowed = headers.get("access-control-allow-origin")
    check("local pages may call", status == 200 and allowed == "http://localhost:3000", headers)
    status, headers, _ = request("GET", "/api/version", headers={"Origin": "https://evil.example"})
    check(
        "other pages may not",
        status == 403 and "access-control-allow-origin" not in headers, (status, headers))
    status, headers, _ = request("OPTIONS", "/api/chat", headers={"Origin": "http://localhost"})
    check(
        "browsers may ask first",
        status == 204 and "POST" in headers.get("access-control-allow-methods", ""),
        (status, headers))
    status, _, _ = request("GET", "/api/version", headers={"Host": "evil.example"})
    check("other hosts are refused", status == 403, status)
    for host in ("localhost:1", "127.0.0.1", "192.168.1.1:5", "box.local", "[::1]"):
        status, _, _ = request("GET", "/api/version", headers={"Host": host})
        check(f"host {host} is served", status == 200, status)


def refusals(model):
    full = f"registry.ollama.ai/library/{model if ':' in model else model + ':latest'}"
    for path in ("/api/generate", "/api/chat", "/api/show", "/api/embed", "/api/create"):
        refused("POST", path, "", 400, "missing request body")
    for method, path, body, status, error in (
        ("POST", "/api/generate", {"model": ""}, 404, "model '' not found"),
        ("POST", "/api/chat", {}, 400, "model is required"),
        ("POST", "/api/embeddings", {}, 400, "model is required"),
        ("POST", "/api/show", {}, 400, "model is required"),
        ("DELETE", "/api/delete", {}, 400, "model is required"),
        ("POST", "/api/chat", {"model": "no-such"}, 404, "model 'no-such' not found"),
        ("POST", "/api/generate", {"model": "no-such"}, 404, "model 'no-such' not found"),
        ("POST", "/api/show", {"name": "no-such"}, 404, "model 'no-such:latest' not found"),
        ("DELETE", "/api/delete", {"name": "no-such"}, 404, "model 'no-such' not found"),
        ("POST", "/api/generate", {"model": "a b"}, 400, "invalid model name"),
        ("POST", "/api/embed", {"model": "no-such", "input": "x"}, 404,
         'model "no-such" not found, try pulling it first'),
        ("POST", "/api/copy", {"source": "no-such", "destination": "b"}, 404,
         'model "no-such" not found'),
        ("POST", "/api/copy", {"source": "a b", "destination": "b"}, 400, 'source "a b" is invalid'),
        ("POST", "/api/copy", {"source": "a", "destination": "b c"}, 400,
         'destination "b c" is invalid'),
        ("DELETE", "/api/delete", {"name": "a b"}, 400, 'name "a b" is invalid'),
        ("POST", "/api/create", {"model": "x"}, 400, "neither 'from' or 'files' was specified"),
        ("POST", "/api/create", {"model": "a b", "from": "x"}, 400, "invalid model name"),
        ("POST", "/api/create", {"model": "x", "files": {"/a.gguf": ZEROS}}, 400,
         "file path must be relative"),
        ("POST", "/api/create", {"model": "x", "files": {"a.gguf": ""}}, 400,
         "invalid digest format"),
        ("POST", "/api/embed", {"model": model, "input": 5}, 400, "invalid input type"),
        ("POST", "/api/chat", {"model": model, "top_logprobs": 21}, 400,
         "top_logprobs must be between 0 and 20"),
        ("POST", "/api/chat", {"model": model, "think": 3}, 400,
         "think must be a boolean or string*"),
        ("POST", "/api/chat", {"model": model, "think": "hard"}, 400, 'invalid think value: "hard"*'),
        ("POST", "/api/chat", {"model": model, "keep_alive": True}, 400, "Unsupported type: 'bool'"),
        ("POST", "/api/generate", {"model": model, "prompt": "x", "raw": True, "system": "s"}, 400,
         "raw mode does not support template, system, or context"),
        ("POST", "/api/generate", {"model": model, "prompt": "x", "options": {"num_ctx": "big"}},
         400, 'option "num_ctx" must be of type integer'),
        ("POST", "/api/generate", {"model": model, "prompt": "x", "options": {"stop": "x"}}, 400,
         'option "stop" must be of type array'),
        ("POST", "/api/generate", {"model": model, "prompt": "x", "suffix": "y"}, 400,
         f"{full} does not support insert"),
        ("POST", "/api/generate", {"model": model, "prompt": "x", "format": "xml"}, 400,
         'invalid format: "xml"; expected "json" or a valid JSON Schema object'),
        ("POST", "/api/blobs/sha256:12", "x", 400, "invalid digest format"),
        ("POST", f"/api/blobs/{ZEROS}", "x", 400, "*"),
    ):
        refused(method, path, body, status, error)
    status, _, _ = request("HEAD", f"/api/blobs/{ZEROS}")
    check("a blob that is not there is 404", status == 404, status)
    status, _, _ = request("HEAD", "/api/blobs/nonsense")
    check("a digest that is none is 400", status == 400, status)


def answers(model):
    options = {"num_predict": 5, "temperature": 0, "seed": 1}
    body = {"model": model, "prompt": "Hello", "options": options}
    status, headers, data = request("POST", "/api/generate", body)
    frames = lines(data)
    check(
        "generate streams NDJSON",
        status == 200 and headers.get("content-type") == "application/x-ndjson"
        and headers.get("transfer-encoding") == "chunked", (status, headers))
    check("only the last frame is done", [f["done"] for f in frames].count(True) == 1
          and frames[-1]["done"], frames)
    last = frames[-1]
    for field in ("total_duration", "load_duration", "prompt_eval_count", "eval_count"):
        check(f"the last frame has {field}", last.get(field, 0) > 0, last)
    check("it has a context", isinstance(last.get("context"), list), last)
    check("it says why", last.get("done_reason") in ("stop", "length"), last)
    streamed = "".join(f["response"] for f in frames)
    status, _, data = request("POST", "/api/generate", dict(body, stream=False))
    whole = document(data)
    check("the whole answer is the same", whole.get("response") == streamed, (whole, streamed))
    check("field order is Ollama's", list(whole)[:3] == ["model", "created_at", "response"], whole)
    status, _, data = request("POST", "/api/generate", dict(body, raw=True, stream=False))
    check("raw answers have no context", "context" not in document(data), data)
    turn = [{"role": "user", "content": "Hello"}]
    body = {"model": model, "messages": turn, "options": options, "tools": [], "format": None}
    status, _, data = request("POST", "/api/chat", body)
    frames = lines(data)
    check("chat streams an assistant", all(f["message"]["role"] == "assistant" for f in frames), data)
    check("its last frame is done", frames[-1]["done"] and "eval_count" in frames[-1], frames[-1])
    status, _, data = request(
        "POST", "/api/chat", dict(body, logprobs=True, top_logprobs=2, stream=False))
    probabilities = (document(data) or {}).get("logprobs", [])
    check("log-probabilities come when asked for", len(probabilities) > 0
          and len(probabilities[0]["top_logprobs"]) == 2, data[:300])


def loading(model):
    _, _, data = request("POST", "/api/generate", {"model": model})
    check("an empty prompt loads", (document(data) or {}).get("done_reason") == "load", data)
    _, _, data = request("GET", "/api/ps")
    found = [m for m in document(data)["models"] if m["name"].split(":")[0] == model.split(":")[0]]
    check("ps shows it", len(found) == 1 and found[0]["size"] > 0
          and found[0]["context_length"] > 0, data)
    _, _, data = request("POST", "/api/chat", {"model": model, "keep_alive": 0})
    reply = document(data) or {}
    check("keep_alive 0 unloads", reply.get("done_reason") == "unload"
          and reply.get("message") == {"role": "assistant", "content": ""}, data)


def store(model):
    _, _, data = request("GET", "/api/tags")
    models = document(data)["models"]
    entry = next((m for m in models if m["name"].split(":")[0] == model.split(":")[0]), None)
    check("tags lists the model", entry is not None and entry["model"] == entry["name"]
          and len(entry["digest"]) == 64, data[:200])
    _, _, data = request("POST", "/api/show", {"model": model})
    shown = document(data)
    check("show describes it", "completion" in shown["capabilities"]
          and shown["modelfile"].startswith('# Modelfile generated by "ollama show"'), data[:200])
    architecture = shown["model_info"]["general.architecture"]
    check("its metadata is there", f"{architecture}.block_count" in shown["model_info"],
          list(shown["model_info"]))
    _, _, data = request("POST", "/api/show", {"model": model, "verbose": True})
    longest = max(len(v) for v in document(data)["model_info"].values() if isinstance(v, list))
    check("long lists come on demand", longest > 5, longest)
    made, copied = "conformance-made", "conformance-copied"
    body = {"model": made, "from": model, "system": "Be brief.", "parameters": {"num_predict": 3}}
    _, headers, data = request("POST", "/api/create", body)
    check("create reports progress", lines(data)[-1] == {"status": "success"}
          and headers.get("content-type") == "application/x-ndjson", data)
    status, _, data = request("POST", "/api/copy", {"source": made, "destination": copied})
    check("copy says nothing", status == 200 and data == b"", (status, data))
    _, _, data = request("POST", "/api/show", {"model": copied})
    check("the copy is the same", document(data)["system"] == "Be brief.", data[:200])
    _, _, data = request(
        "POST", "/api/chat",
        {"model": copied, "messages": [{"role": "user", "content": "Hi"}], "stream": False})
    check("it obeys its parameters", document(data).get("eval_count", 99) <= 3, data)
    for name in (made, copied):
        status, _, data = request("DELETE", "/api/delete", {"model": name})
        check(f"delete {name}", status == 200 and data == b"", (status, data))
    content = b"some content"
    import hashlib
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    first, _, _ = request("POST", f"/api/blobs/{digest}", content)
    again, _, _ = request("POST", f"/api/blobs/{digest}", content)
    head, _, _ = request("HEAD", f"/api/blobs/{digest}")
    check("uploads are stored once", first in (200, 201) and (again, head) == (200, 200),
          (first, again, head))


def main():
    global ADDRESS
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:11434")
    parser.add_argument("--model", default="demo")
    arguments = parser.parse_args()
    ADDRESS = urllib.parse.urlparse(arguments.url)
    general()
    origins()
    refusals(arguments.model)
    store(arguments.model)
    answers(arguments.model)
    loading(arguments.model)
    print(f"{FAILURES} failed")
    return min(FAILURES, 100)


if __name__ == "__main__":
    sys.exit(main())
