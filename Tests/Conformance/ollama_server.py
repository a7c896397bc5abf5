#!/usr/bin/env python3
"""Asks a real Ollama and an Apus the same things about their stores and compares the answers.

    python3 ollama_server.py --ollama http://127.0.0.1:11434 --apus http://127.0.0.1:11435
                             [--registry 127.0.0.1:5000] [--gguf Sources/CApusDemo/demo.gguf]
                             [--show]

Both servers should start with empty stores. Nothing is generated, so Ollama needs no llama-server;
its llama-quantize is run for uploaded files and must be there (a program that copies its input will
do, and makes the digests comparable). Compared are status, Content-Type and every byte of the body, once
times, paths of stores and the order of Go's maps are out of the way. Without --registry (a registry
without passwords and TLS) push and pull are left out, visibly. Standard library only. One line a
comparison: `same`, `meant` for a difference that docs/compatibility.md lists, `DIFF` with both answers
for any other; the exit status is the number of these.
"""

import argparse
import hashlib
import http.client
import json
import pathlib
import re
import struct
import sys
import urllib.parse

PREFIX = "oracle"
MISSING = "sha256:" + "0" * 64

# What is meant to differ: the name of a comparison (a regular expression) and the row of
# docs/compatibility.md that says so.
INTENDED = []


def intended(row, *patterns, other_status=False):
    """Differences in the body that a row explains, and in the status with `other_status`."""
    INTENDED.extend((re.compile(pattern), row, other_status) for pattern in patterns)


WRONG = r"(cut|no JSON|list|text|number|number for model|text for stream)"
intended("JSON that is none or has wrong types", rf"body \w+ {WRONG}", "show verbose text",
         "create (files|from)-wrong")
intended("text after the JSON of a body", r"body \w+ (trailing|two)", other_status=True)
intended("paths with a slash too many", "route GET /api/tags/", "route GET //api/tags",
         other_status=True)
intended("`OPTIONS` without `Origin`", "route OPTIONS .*", other_status=True)
intended("`/api/status`", "route GET /api/status")
intended("options or a `format` of the wrong type", "(generate|chat) (options|format)",
         other_status=True)
intended("errors under `/v1`", "v1 only-projector", other_status=True)
intended("`push` of an invalid name",
         r"body push (bad name|slash|long|at|dots|tab|quoted|lone surrogate)", other_status=True)
intended("errors of a pull or push that is not streamed", "(push|pull) missing, not streamed",
         other_status=True)
intended("`http://` in a name", "(push|pull) insecure", "body pull http")
intended("digest mismatch of a blob", "blob POST (missing|dash|capitals|escaped)")
intended("fields of `create` that are wrong", "create (from-)?(bad-template|template-error)",
         "create (from-)?unknown-template-function", other_status=True)
intended("texts about templates and files", "create missing-blob.*", "create cut",
         "push missing", "body push http", "push missing, not streamed")
intended("fields of `create` that are wrong", "create (from-)?wrong-.*", "create bad-digest",
         ".* (from-)?(wrong-parameter|parameter-forms|message-without-role|wrong-info-4).*",
         "create from-quantize-unknown", "tags at the end", other_status=True)
intended("types for `quantize`", "create quantize-unknown")
intended("`null` among the parameters", ".* (from-)?(null-parameter|fraction)")
intended("`messages` with more than role and content", ".* (from-)?rich-message")
intended("`create` from a model made with `info`", ".* from-info")
intended("`capabilities` in `/api/tags`", "tags demo")
intended("F32 weights", "(show|show verbose|tags|create) (from-)?(embedder|odd-architecture)")
intended("`show --modelfile`", "show .*(requires|parameters|everything|everything-again|everything-system|from-stop)",
         "show (verbose )?(demo|sink)")
intended("`renderer`, `parser` in a model", ".* (from-)?(unknown-)?renderer", other_status=True)
intended("`requires` in a model", ".* (from-)?odd-requires", other_status=True)
intended("images, audio", "(show|show verbose|tags) (from-)?vision")
intended("adapters in manifests", "tags (with-adapter|gguf-adapter-file)")
intended("models without weights", "(show|show verbose|tags) only-projector", other_status=True)
intended("adapters that do not fit", ".* (only-adapter|half-adapter)", other_status=True)


class Server:
    """One of the two."""

    def __init__(self, url):
        self.address = urllib.parse.urlparse(url)

    def ask(self, method, path, body=None, headers=None):
        """Status, Content-Type and body."""
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=120)
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.getheader("Content-Type", ""), response.read()
        finally:
            connection.close()


DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/compatibility.md"
CHARSET = "; charset=utf-8"
CHARSET_ROW = "`charset=utf-8`"
TIME = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"')
# Ollama has llama-quantize look at uploaded files.
VALIDATION = re.compile(r'\{"status":"(validating GGUF model|verifying conversion)".*\}\n')
BLOB = re.compile(r'(FROM|ADAPTER) (/[^"\\]*|@?)/blobs/')


def ordered(text):
    """A show answer with sorted capabilities, and sorted options, whose order is that of a Go map."""
    try:
        document = json.loads(text)
    except ValueError:
        return text
    if not isinstance(document, dict):
        return text
    if isinstance(document.get("parameters"), str):
        document["parameters"] = "\n".join(sorted(document["parameters"].split("\n")))
    if isinstance(document.get("modelfile"), str):
        lines = document["modelfile"].split("\n")
        places = [i for i, line in enumerate(lines) if line.startswith("PARAMETER ")]
        for place, line in zip(places, sorted(lines[i] for i in places)):
            lines[place] = line
        document["modelfile"] = "\n".join(lines)
    if isinstance(document.get("capabilities"), list):
        document["capabilities"].sort()
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def without_demo(text):
    """A listing without the model that is part of Apus."""
    try:
        document = json.loads(text)
        document["models"] = [m for m in document["models"] if m["name"] != "demo:latest"]
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, KeyError, TypeError):
        return text


def comparable(answer, path):
    """An answer without what differs between any two runs."""
    status, kind, body = answer
    text = body.decode("utf-8", "backslashreplace")
    text = TIME.sub('"TIME"', text)
    text = BLOB.sub(r"\1 STORE/blobs/", text)
    text = VALIDATION.sub("", text)
    if path.startswith("/v1/"):
        text = text.rstrip("\n")
    if path == "/api/tags":
        text = without_demo(text)
    if path == "/api/show":
        text = ordered(text)
    return status, kind, text


class Comparison:
    """Counts and prints."""

    def __init__(self, ollama, apus, show):
        self.servers = (ollama, apus)
        self.show = show
        self.counts = {"same": 0, "meant": 0, "DIFF": 0}

    def __call__(self, name, method, path, body=None, headers=None, view=lambda answer: answer):
        """Sends a request to both and compares what `view` leaves of the answers."""
        answers = []
        for server in self.servers:
            answer = comparable(server.ask(method, path, body, headers), path)
            answers.append(view(answer))
        self.judge(name, *answers)
        return answers

    def judge(self, name, ollama, apus):
        rows = [row for pattern, row, other_status in INTENDED if pattern.fullmatch(name)
                and (other_status or ollama[0] == apus[0])]
        if ollama == apus:
            verdict, row = "same", ""
        elif [*ollama[:1], *ollama[2:]] == [*apus[:1], *apus[2:]] and apus[1] == ollama[1] + CHARSET:
            verdict, row = "meant", CHARSET_ROW
        else:
            verdict, row = ("meant", rows[0]) if rows else ("DIFF", "")
        self.counts[verdict] += 1
        print(f"{verdict:5} {name}" + (f"  ({row})" if verdict == "meant" else ""), flush=True)
        if verdict == "DIFF" or (self.show and verdict == "meant"):
            print("        ollama:", *ollama if isinstance(ollama, tuple) else [ollama])
            print("        apus:  ", *apus if isinstance(apus, tuple) else [apus], flush=True)


# GGUF

KINDS = {"u8": (0, "B"), "i8": (1, "b"), "u16": (2, "H"), "i16": (3, "h"), "u32": (4, "I"),
         "i32": (5, "i"), "f32": (6, "f"), "bool": (7, "?"), "u64": (10, "Q"), "i64": (11, "q"),
         "f64": (12, "d")}


def gguf_text(text):
    data = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(data)) + data


def gguf_value(kind, value):
    if kind == "text":
        return struct.pack("<I", 8) + gguf_text(value)
    if kind.startswith("[]"):
        inner = kind[2:]
        number = 8 if inner == "text" else KINDS[inner][0]
        parts = [gguf_text(v) if inner == "text" else struct.pack("<" + KINDS[inner][1], v)
                 for v in value]
        return struct.pack("<IIQ", 9, number, len(value)) + b"".join(parts)
    number, code = KINDS[kind]
    return struct.pack("<I" + code, number, value)


def gguf(metadata, tensors=(("token_embd.weight", [32, 2]),)):
    """A GGUF file with F32 tensors of zeros."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, (kind, value) in metadata.items():
        head += gguf_text(key) + gguf_value(kind, value)
    offset, data = 0, b""
    for name, shape in tensors:
        count = 1
        for size in shape:
            count *= size
        head += gguf_text(name) + struct.pack("<I", len(shape))
        head += b"".join(struct.pack("<Q", size) for size in shape)
        head += struct.pack("<IQ", 0, offset)
        data += bytes(4 * count)
        offset += 4 * count
    return head + bytes(-len(head) % 32) + data


def llama(**more):
    """Metadata of a small Llama."""
    metadata = {
        "general.architecture": ("text", "llama"), "general.name": ("text", "tiny"),
        "general.file_type": ("u32", 1), "llama.block_count": ("u32", 1),
        "llama.context_length": ("u32", 64), "llama.embedding_length": ("u32", 32),
        "llama.attention.head_count": ("u32", 2),
        "llama.attention.layer_norm_rms_epsilon": ("f32", 1e-05),
    }
    metadata.update(more)
    return metadata


KITCHEN_SINK = llama(**{
    "a.u8": ("u8", 255), "a.i8": ("i8", -128), "a.u16": ("u16", 65535), "a.i16": ("i16", -32768),
    "a.i32": ("i32", -2147483648), "a.u64": ("u64", 9223372036854775807),
    "a.i64": ("i64", -9223372036854775808), "a.f32": ("f32", 0.1), "a.f32big": ("f32", 3e38),
    "a.f32small": ("f32", 1e-7), "a.f32whole": ("f32", 10000.0), "a.f32long": ("f32", 123456789.0),
    "a.f64": ("f64", 1e21), "a.f64b": ("f64", 1e-6), "a.f64c": ("f64", 1e20),
    "a.true": ("bool", True), "a.false": ("bool", False), "a.empty": ("text", ""),
    "a.html": ("text", "<a> & \"b\" \u2028 \x01 \t é \\ 😀"), "a.list0": ("[]u32", []), "a.list5": ("[]i32", [1, -2, 3, -4, 5]),
    "a.list6": ("[]u32", [1, 2, 3, 4, 5, 6]), "a.listf": ("[]f32", [0.5, 1, 1e-9]),
    "a.listb": ("[]bool", [True, False]), "a.listt": ("[]text", ["a", "b"]),
    "a.listt6": ("[]text", list("abcdef")), "a.listu8": ("[]u8", [1, 2, 3]),
    "general.parameter_count": ("u64", 5), "tokenizer.chat_template": ("text", "{{ x }}"),
    "tokenizer.ggml.tokens": ("[]text", ["a", "b", "c", "d", "e", "f", "g"]),
    "tokenizer.ggml.bos_token_id": ("u32", 1),
})
EMBEDDER = {
    "general.architecture": ("text", "bert"), "general.file_type": ("u32", 0),
    "bert.block_count": ("u32", 1), "bert.pooling_type": ("u32", 1),
    "bert.context_length": ("u32", 64), "bert.embedding_length": ("u32", 32),
}
PROJECTOR = {
    "general.architecture": ("text", "clip"), "general.file_type": ("u32", 1),
    "general.type": ("text", "mmproj"), "clip.has_vision_encoder": ("bool", True),
    "clip.projector_type": ("text", "mlp"), "clip.vision.block_count": ("u32", 1),
}
LORA = (("blk.0.attn_q.weight", [32, 32]),)
PAIR = (("blk.0.attn_q.weight.lora_a", [32, 2]), ("blk.0.attn_q.weight.lora_b", [2, 32]))
ADAPTER = {
    "general.architecture": ("text", "llama"), "general.type": ("text", "adapter"),
    "adapter.type": ("text", "lora"), "adapter.lora.alpha": ("f32", 16.0),
}


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


ROUTES = (
    ("HEAD", "/"), ("GET", "/"), ("HEAD", "/api/version"), ("HEAD", "/api/tags"), ("GET", "/api/tags"),
    ("GET", "/api/ps"), ("HEAD", "/api/ps"), ("GET", "/api/status"), ("POST", "/api/version"),
    ("GET", "/nowhere"), ("POST", "/nowhere"), ("GET", "/api/nowhere"), ("GET", "/api/"),
    ("GET", "/api/tags/"), ("DELETE", "/api/tags"), ("GET", "/api/show"), ("GET", "/api/generate"),
    ("PUT", "/api/create"), ("POST", "/api/delete"), ("GET", "/api/copy"), ("HEAD", "/api/show"),
    ("GET", "/api/blobs/" + MISSING), ("OPTIONS", "/api/tags"), ("PATCH", "/"), ("GET", "//api/tags"),
)


def routes(compare):
    for method, path in ROUTES:
        compare(f"route {method} {path}", method, path)
    compare("version", "GET", "/api/version", view=lambda a: (*a[:2], re.sub(r"[\d.]+", "N", a[2])))


BODIES = {
    "empty": "", "blank": " ", "cut": '{"model":', "no JSON": "{bad}", "list": "[]", "text": '"x"',
    "null": "null", "number": "5", "trailing": '{"model":"x"} y', "two": '{"model":"x"}{}',
    "number for model": '{"model":5}', "null for model": '{"model":null}',
    "text for stream": '{"model":"x","stream":"yes"}', "unknown member": '{"model":"x","zzz":1}',
    "capitals": '{"Model":"x"}', "twice": '{"model":"y","model":"x"}', "name": '{"name":"x"}',
    "both": '{"model":"x","name":"y"}', "empty model and name": '{"model":"","name":"x"}', "no members": "{}", "empty model": '{"model":""}',
    "bad name": '{"model":"a b"}', "slash": '{"model":"/"}', "long": '{"model":"' + "a" * 90 + '"}',
    "at": '{"model":"x@sha256:12"}', "dots": '{"model":"../x"}', "tab": '{"model":"x:a/b:c"}',
    "local": '{"model":"x:local"}', "http": '{"model":"http://h/n/x"}',
    "quoted": '{"model":"a\\"b<c>\'d\\u0001é"}', "lone surrogate": '{"model":"\\ud800"}',
}


def bodies(compare):
    for route, method in (("create", "POST"), ("show", "POST"), ("delete", "DELETE"),
                          ("push", "POST"), ("pull", "POST"), ("generate", "POST"),
                          ("chat", "POST"), ("embed", "POST"), ("embeddings", "POST")):
        for name, body in BODIES.items():
            if route in ("pull", "push") and name in PULLABLE:
                continue
            compare(f"body {route} {name}", method, "/api/" + route, body)
    for name, body in BODIES.items():
        compare(f"body copy {name}", "POST", "/api/copy",
                body.replace('"model"', '"source"'))
    for name, source, destination in (
            ("missing", "nope", "x"), ("bad source", "a b", "x"), ("bad destination", "nope", "a b"),
            ("no destination", "nope", ""), ("quotes", 'a"b', "x")):
        compare(f"copy {name}", "POST", "/api/copy", {"source": source, "destination": destination})


# Bodies that would make a pull or push go out to the network.
PULLABLE = {"text for stream", "unknown member", "capitals", "twice", "name", "both", "trailing",
            "two", "local", "empty model and name"}


def blobs(compare):
    for name, text in (("missing", MISSING), ("no digest", "x"), ("dash", MISSING.replace(":", "-")),
                       ("short", "sha256:12"), ("capitals", "sha256:" + "A" * 64),
                       ("other", "sha512:" + "0" * 64), ("escaped", "sha256%3A" + "0" * 64)):
        compare(f"blob HEAD {name}", "HEAD", f"/api/blobs/{text}")
        compare(f"blob POST {name}", "POST", f"/api/blobs/{text}", b"content")
    data = b"oracle"
    compare("blob POST new", "POST", f"/api/blobs/{digest(data)}", data)
    compare("blob POST again", "POST", f"/api/blobs/{digest(data)}", data)
    compare("blob POST again, other bytes", "POST", f"/api/blobs/{digest(data)}", b"other")
    compare("blob HEAD there", "HEAD", f"/api/blobs/{digest(data)}")
    compare("blob HEAD there, dash", "HEAD", f"/api/blobs/{digest(data).replace(':', '-')}")
    compare("blob POST empty", "POST", f"/api/blobs/{digest(b'')}", b"")


class Models:
    """Creates models on both servers, each compared line by line, shown and listed."""

    def __init__(self, compare, files):
        self.compare = compare
        self.files = {}
        for name, data in files.items():
            self.files[name] = digest(data)
            for server in compare.servers:
                status, _, text = server.ask("POST", f"/api/blobs/{digest(data)}", data)
                if status not in (200, 201):
                    sys.exit(f"cannot upload {name}: {status} {text!r}")

    def create(self, name, body, looks=True):
        model = f"{PREFIX}-{name}"
        body = {"model": model, **body}
        if isinstance(body.get("files"), list):
            body["files"] = {file: self.files[file] for file in body["files"]}
        if isinstance(body.get("adapters"), list):
            body["adapters"] = {file: self.files[file] for file in body["adapters"]}
        answers = self.compare(f"create {name}", "POST", "/api/create", body)
        if looks and any('"success"' in answer[2] for answer in answers):
            self.look(name)

    def look(self, name):
        model = f"{PREFIX}-{name}"
        self.compare(f"show {name}", "POST", "/api/show", {"model": model})
        self.compare(f"show verbose {name}", "POST", "/api/show", {"model": model, "verbose": True})
        self.compare(f"tags {name}", "GET", "/api/tags",
                     view=lambda a: (*a[:2], self.only(a[2], model)))
        self.compare(f"v1 {name}", "GET", f"/v1/models/{model}", view=without_created)

    @staticmethod
    def only(text, model):
        try:
            models = json.loads(text)["models"]
        except (ValueError, KeyError, TypeError):
            return text
        models = [m for m in models if m["name"].partition(":")[0] == model]
        for m in models:
            m.get("capabilities", []).sort()
        return json.dumps(models)


def without_created(answer):
    return (*answer[:2], re.sub(r'"created":\d+', '"created":N', answer[2]))


FIELDS = {
    "template": {"template": "{{ .System }} {{ .Prompt }}"},
    "tool-template": {"template": "{{ if .Tools }}{{ .Tools }}{{ end }}{{ range .Messages }}"
                                  "{{ .Role }}{{ .Content }}{{ end }}{{ .Suffix }}"},
    "system": {"system": "You are <b>\"bold\"</b> & 'brave'.\nTwo lines."},
    "parameters": {"parameters": {
        "temperature": 0.25, "top_k": 7, "stop": ["a", "b c", '"q"'], "num_ctx": 64,
        "seed": -1, "use_mmap": False, "top_p": 1, "repeat_penalty": 1e-7}},
    "parameter-forms": {"parameters": {"temperature": 1e21, "stop": "one", "num_predict": 12.7,
                                       "mirostat_tau": 5.0, "penalize_newline": True}},
    "unknown-parameter": {"parameters": {"zzz": 1}},
    "wrong-parameter": {"parameters": {"num_ctx": "many"}},
    "wrong-parameter-2": {"parameters": {"stop": [1]}},
    "wrong-parameter-3": {"parameters": {"temperature": True}},
    "null-parameter": {"parameters": {"temperature": None, "top_k": 3}},
    "fraction": {"parameters": {"num_predict": 12.7, "top_k": 1e2, "seed": -1.0}},
    "empty-parameters": {"parameters": {}},
    "messages": {"messages": [{"role": "user", "content": "hi\nthere"},
                              {"role": "assistant", "content": "<x>"},
                              {"role": "system", "content": ""}]},
    "rich-message": {"messages": [{"role": "assistant", "content": "c", "thinking": "t",
                                   "tool_calls": [{"function": {"name": "f", "arguments": {"b": 1, "a": 2}}}]},
                                  {"role": "tool", "content": "r", "tool_name": "f"}]},
    "wrong-role": {"messages": [{"role": "judge", "content": "x"}]},
    "message-without-role": {"messages": [{"content": "x"}]},
    "license": {"license": "MIT <x>"},
    "licenses": {"license": ["MIT", "Apache"]},
    "same-licenses": {"license": ["MIT", "MIT"]},
    "wrong-license": {"license": 5},
    "empty-license": {"license": ""},
    "renderer": {"renderer": "qwen3-coder", "parser": "qwen3-coder"},
    "unknown-renderer": {"renderer": "zzz", "parser": "zzz"},
    "requires": {"requires": "0.14.0"},
    "odd-requires": {"requires": "zzz"},
    "bad-template": {"template": "{{ .Prompt"},
    "unknown-template-name": {"template": "{{ .Zzz }}"},
    "unknown-template-function": {"template": "{{ zzz .Prompt }}"},
    "template-error": {"template": "{{ if }}"},
    "quantize-unknown": {"quantize": "Q9_9"},
    "quantize-same": {"quantize": "F16"},
    "quantize-lower": {"quantize": "f16"},
    "draft-quantize": {"draft_quantize": "Q8_0"},
    "info": {"info": {"capabilities": ["tools"], "model_family": "fam", "base_name": "b",
                      "quantization_level": "Q4_K_M", "parameter_size": "5B",
                      "context_length": 128, "embedding_length": 16}},
    "wrong-info": {"info": {"model_family": 5}},
    "wrong-info-2": {"info": {"context_length": -1}},
    "wrong-info-3": {"info": {"context_length": "x"}},
    "wrong-info-4": {"info": {"capabilities": "x"}},
    "everything": {"template": "{{ .Prompt }}", "system": "s", "license": ["l"],
                   "parameters": {"top_k": 1}, "messages": [{"role": "user", "content": "u"}],
                   "requires": "0.1.0"},
    "no-stream": {"stream": False, "system": "x"},
}


def creations(compare, models):
    models.create("base", {"files": ["tiny.gguf"]})
    for name, body in FIELDS.items():
        models.create(name, {"files": ["tiny.gguf"], **body})
        models.create(f"from-{name}", {"from": f"{PREFIX}-base", **body})
    failing = {"no-source": {}, "no-files": {"files": {}}, "no-stream-no-source": {"stream": False},
               "missing-blob": {"files": {"x.gguf": MISSING}},
               "missing-blob-no-stream": {"files": {"x.gguf": MISSING}, "stream": False},
               "bad-digest": {"files": {"x.gguf": "zzz"}}, "empty-digest": {"files": {"x.gguf": ""}},
               "absolute": {"files": {"/x.gguf": models.files["tiny.gguf"]}},
               "upwards": {"files": {"../x.gguf": models.files["tiny.gguf"]}},
               "empty-name": {"files": {"": models.files["tiny.gguf"]}},
               "no-gguf": {"files": ["text.gguf"]}, "no-gguf-no-stream": {"files": ["text.gguf"], "stream": False},
               "text-file": {"files": ["text.txt"]}, "cut": {"files": ["cut.gguf"]},
               "files-wrong": {"files": "x"}, "from-bad": {"from": "a b"},
               "from-wrong": {"from": 5}, "adapter-bad": {"files": ["tiny.gguf"], "adapters": ["text.gguf"]},
               "two-adapters": {"files": ["tiny.gguf"], "adapters": ["adapter.gguf", "adapter2.gguf"]},
               "only-projector": {"files": ["projector.gguf"]},
               "only-adapter": {"files": ["adapter.gguf"]},
               "odd-architecture": {"files": ["odd.gguf"]}}
    for name, body in failing.items():
        models.create(name, body)
    for name, files in (("sink", ["sink.gguf"]), ("embedder", ["embedder.gguf"]), ("demo", ["demo.gguf"]),
                        ("vision", ["tiny.gguf", "projector.gguf"]), ("suffixless", ["plain"])):
        models.create(name, {"files": files})
    models.create("with-adapter", {"files": ["lora.gguf"], "adapters": ["adapter.gguf"]})
    models.create("gguf-adapter-file", {"files": ["lora.gguf", "adapter.gguf"]})
    models.create("half-adapter", {"files": ["lora.gguf"], "adapters": ["half.gguf"]})
    models.create("from-everything-again", {"from": f"{PREFIX}-everything", "license": "second",
                                            "parameters": {"top_p": 0.5}, "system": "other"})
    models.create("from-everything-system", {"from": f"{PREFIX}-everything", "system": "other"})
    models.create("from-stop", {"from": f"{PREFIX}-parameters", "parameters": {"stop": ["z"]}})
    models.create("from-info", {"from": f"{PREFIX}-info"})
    models.create("from-renderer", {"from": f"{PREFIX}-renderer"})
    models.create("from-embedder", {"from": f"{PREFIX}-embedder", "system": "x"})
    models.create("from-vision", {"from": f"{PREFIX}-vision", "system": "x"})
    models.create("base", {"files": ["tiny.gguf"], "system": "replaced"})
    models.create("from-base", {"from": f"{PREFIX}-base"})
    models.create("base", {"from": f"{PREFIX}-base", "system": "itself"})
    models.create("Case:Tag", {"from": f"{PREFIX}-base"}, looks=False)
    models.create("other-host", {"model": f"h.example/ns/{PREFIX}-x:t", "from": f"{PREFIX}-base"}, looks=False)
    compare("show other host", "POST", "/api/show", {"model": f"h.example/ns/{PREFIX}-x:t"})


def looking(compare):
    def show(name, **body):
        compare(f"show {name}", "POST", "/api/show", body)
    base = f"{PREFIX}-base"
    show("capitals", model=base.upper())
    show("tag", model=base + ":latest")
    show("full", model=f"registry.ollama.ai/library/{base}:latest")
    show("scheme", model=f"https://registry.ollama.ai/library/{base}:latest")
    show("local suffix", model=base + ":local")
    show("missing tag", model=base + ":nope")
    show("system", model=base, system="mine")
    show("template", model=base, template="mine")
    show("options", model=base, options={"top_k": 9, "stop": ["x"]})
    show("unknown option", model=base, options={"zzz": 9})
    show("verbose text", model=base, verbose="x")
    compare("show Copilot", "POST", "/api/show", {"model": base},
            {"User-Agent": "GitHubCopilotChat/1"})
    for name, body in (("bare", {"model": base}), ("think", {"model": base, "think": True}),
                       ("options", {"model": base, "options": {"num_ctx": "x"}}),
                       ("format", {"model": base, "format": 5}),
                       ("keep_alive", {"model": base, "keep_alive": "x"}),
                       ("logprobs", {"model": base, "top_logprobs": 21})):
        if name in ("bare",):
            continue
        compare(f"generate {name}", "POST", "/api/generate", {**body, "prompt": "x"})
        compare(f"chat {name}", "POST", "/api/chat",
                {**body, "messages": [{"role": "user", "content": "x"}]})
    embedder = f"{PREFIX}-embedder"
    compare("generate on embedder", "POST", "/api/generate", {"model": embedder, "prompt": "x"})
    compare("chat on embedder", "POST", "/api/chat",
            {"model": embedder, "messages": [{"role": "user", "content": "x"}]})
    compare("unload generate", "POST", "/api/generate", {"model": base, "keep_alive": 0})
    compare("unload chat", "POST", "/api/chat", {"model": base, "messages": [], "keep_alive": 0})
    compare("tools without", "POST", "/api/chat",
            {"model": f"{PREFIX}-template", "messages": [{"role": "user", "content": "x"}],
             "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]})
    compare("suffix without", "POST", "/api/generate",
            {"model": f"{PREFIX}-template", "prompt": "x", "suffix": "y"})
    compare("raw with template", "POST", "/api/generate",
            {"model": base, "prompt": "x", "raw": True, "template": "y"})
    compare("embed on missing", "POST", "/api/embed", {"model": "nope", "input": "x"})
    compare("embed wrong input", "POST", "/api/embed", {"model": base, "input": 5})
    compare("ps", "GET", "/api/ps")


def copies(compare):
    base = f"{PREFIX}-base"
    steps = (("copy", base, base + "-2"), ("copy onto itself", base, base),
             ("copy to capitals", base, (base + "-2").upper()), ("copy to tag", base, base + "-2:t"),
             ("copy to host", base, f"h.example/n/{PREFIX}:t"),
             ("copy from full", f"registry.ollama.ai/library/{base}:latest", base + "-3"))
    for name, source, destination in steps:
        compare(name, "POST", "/api/copy", {"source": source, "destination": destination})
    compare("delete by name", "DELETE", "/api/delete", {"name": base + "-3"})
    compare("delete capitals", "DELETE", "/api/delete", {"model": (base + "-2:t").upper()})
    compare("delete again", "DELETE", "/api/delete", {"model": base + "-2:t"})
    compare("delete other host", "DELETE", "/api/delete", {"model": f"h.example/n/{PREFIX}:t"})


def names(answer):
    try:
        return (*answer[:2], sorted(m["name"] for m in json.loads(answer[2])["models"]))
    except (ValueError, KeyError, TypeError):
        return answer


def transfers(compare, registry):
    """Each server pushes to a place of its own, and pulls what either pushed."""
    def lines(answer):
        """Progress without what depends on time: numbers, and the order of layers' lines."""
        result = []
        for line in answer[2].splitlines():
            line = re.sub(r',"completed":\d+', "", line)
            line = line.replace("/a-oracle", "/X").replace("/o-oracle", "/X")
            if line not in result:
                result.append(line)
        layers = sorted(line for line in result if '"digest"' in line)
        return (*answer[:2], *(line for line in result if line not in layers), *layers)

    def each(name, path, body):
        answers = []
        for place, server in zip(("o", "a"), compare.servers):
            text = json.dumps(body).replace("PLACE", f"{registry}/{place}-oracle")
            answers.append(lines(comparable(server.ask("POST", path, text), path)))
        compare.judge(name, *answers)

    base = f"{PREFIX}-everything"
    for server, place in zip(compare.servers, ("o", "a")):
        server.ask("POST", "/api/copy", {"source": base, "destination": f"{registry}/{place}-oracle/m:t"})
    each("push", "/api/push", {"model": "PLACE/m:t", "insecure": True})
    each("push again", "/api/push", {"model": "PLACE/m:t", "insecure": True})
    each("push not streamed", "/api/push", {"model": "PLACE/m:t", "insecure": True, "stream": False})
    each("push missing", "/api/push", {"model": "PLACE/nope:t", "insecure": True})
    each("push missing, not streamed", "/api/push",
         {"model": "PLACE/nope:t", "insecure": True, "stream": False})
    each("push insecure", "/api/push", {"model": "http://PLACE/m:t"})
    each("pull there", "/api/pull", {"model": "PLACE/m:t", "insecure": True})
    each("pull not streamed", "/api/pull", {"model": "PLACE/m:t", "insecure": True, "stream": False})
    each("pull missing", "/api/pull", {"model": "PLACE/nope:t", "insecure": True})
    each("pull missing, not streamed", "/api/pull",
         {"model": "PLACE/nope:t", "insecure": True, "stream": False})
    each("pull insecure", "/api/pull", {"model": "http://PLACE/m:t"})
    for server, place in zip(compare.servers, ("o", "a")):
        server.ask("DELETE", "/api/delete", {"model": f"{registry}/{place}-oracle/m:t"})


def clean(compare):
    """Removes everything, compared, and looks whether both stores are empty."""
    compare("tags at the end", "GET", "/api/tags", view=names)
    for server in compare.servers:
        _, _, data = server.ask("GET", "/api/tags")
        for model in json.loads(data)["models"] or []:
            if PREFIX in model["name"]:
                server.ask("DELETE", "/api/delete", {"model": model["name"]})
    compare("tags after all", "GET", "/api/tags", view=names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--ollama", required=True)
    parser.add_argument("--apus", required=True)
    parser.add_argument("--registry")
    parser.add_argument("--gguf", default="Sources/CApusDemo/demo.gguf")
    parser.add_argument("--show", action="store_true", help="also show the differences that are meant")
    options = parser.parse_args()
    documented = DOCUMENT.read_text()
    for row in sorted({row for _, row, _ in INTENDED} | {CHARSET_ROW}):
        if row not in documented:
            print(f"DIFF  docs/compatibility.md does not say: {row}")
    compare = Comparison(Server(options.ollama), Server(options.apus), options.show)
    with open(options.gguf, "rb") as file:
        demo = file.read()
    tiny = gguf(llama())
    files = {"tiny.gguf": tiny, "sink.gguf": gguf(KITCHEN_SINK), "embedder.gguf": gguf(EMBEDDER),
             "projector.gguf": gguf(PROJECTOR, (("v.blk.0.w", [4]),)), "demo.gguf": demo,
             "lora.gguf": gguf(llama(), LORA), "adapter.gguf": gguf(ADAPTER, PAIR),
             "adapter2.gguf": gguf({**ADAPTER, "x": ("u8", 1)}, PAIR), "half.gguf": gguf(ADAPTER, PAIR[:1]),
             "text.gguf": b"this is no model", "text.txt": b"neither is this", "cut.gguf": tiny[:100],
             "odd.gguf": gguf({"general.architecture": ("text", "zzz")}), "plain": gguf(llama(x=("u8", 1)))}
    routes(compare)
    bodies(compare)
    blobs(compare)
    models = Models(compare, files)
    creations(compare, models)
    looking(compare)
    copies(compare)
    if options.registry:
        transfers(compare, options.registry)
    else:
        print("skip  push and pull: no --registry")
    clean(compare)
    print("{same} the same, {meant} meant to differ, {DIFF} differences".format(**compare.counts))
    return min(compare.counts["DIFF"], 100)


if __name__ == "__main__":
    sys.exit(main())
