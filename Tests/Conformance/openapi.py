#!/usr/bin/env python3
"""Checks a running server against the document it serves at /openapi.yaml.

    pip install schemathesis openapi-spec-validator
    python3 openapi.py [--url http://127.0.0.1:11434] [--model demo] [--examples 50] [--seed N]

1. The document is valid OpenAPI 3.1 (openapi-spec-validator).
2. Every example of every operation is sent, and the answer has a documented success status, a
   documented media type and a body that is valid under its schema.
3. Schema-based fuzzing (schemathesis), first as the document says, where most requests name models
   that are not there, then with the model put in: no 5xx, no status, media type, header or body
   that is not documented. Answers are kept short.

Needs a model that can complete text, and a store that may be written to: fuzzing makes and removes
models with strange names. The exit status is the number of checks that failed, 0 when all passed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

import jsonschema
import requests
import schemathesis
import yaml
from openapi_spec_validator import validate

FAILURES = 0
# Routes that speak with registries.
NETWORK = ("pull", "push")
# What fuzzing must never touch: the model that the other checks need.
MODEL = os.environ.get("OPENAPI_FUZZ_MODEL")
# Routes that change the store, with whatever names come up.
CHANGES = ("/api/create", "/api/copy", "/api/delete", "/api/blobs/{digest}")
CHECKS = ",".join((
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "unsupported_method",
))


@schemathesis.hook
def map_body(context, body):
    """Puts the model in and keeps answers short; called by schemathesis, in its own process."""
    path = context.operation.path
    if not isinstance(body, dict) or path in CHANGES:
        return body
    body = shortened(dict(body), path)
    if MODEL and isinstance(body.get("model"), str):
        body["model"] = MODEL
    return body


def shortened(body, path):
    """The body, without more than eight tokens to generate."""
    if path in ("/api/generate", "/api/chat"):
        options = body.get("options")
        body["options"] = {**options, "num_predict": 8} if isinstance(options, dict) else {
            "num_predict": 8}
    elif path.startswith("/v1/responses"):
        body["max_output_tokens"] = 8
    elif path == "/v1/chat/completions":
        body.pop("max_completion_tokens", None)
        body["max_tokens"] = 8
    elif path in ("/v1/completions", "/v1/messages"):
        body["max_tokens"] = 8
    for name in ("n", "best_of"):
        if isinstance(body.get(name), int) and body[name] > 2:
            body[name] = 2
    options = body.get("options")
    if isinstance(options, dict):
        # Another context is another load.
        for name in ("num_ctx", "num_batch", "num_thread", "use_mmap"):
            options.pop(name, None)
    return body


def check(name, condition, shown=""):
    """Prints one line and counts failures."""
    global FAILURES
    if not condition:
        FAILURES += 1
    print(("ok    " if condition else "FAIL  ") + name + ("" if condition else f"  {shown!r}"))
    return condition


def resolved(document, node):
    """What a node is, or what it refers to."""
    while isinstance(node, dict) and "$ref" in node:
        place = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            place = place[key]
        node = place
    return node


def error_of(document, schema, value):
    """Why a value is not valid under a schema of the document; None when it is."""
    whole = {**schema, "components": document["components"]}
    validator = jsonschema.Draft202012Validator(whole)
    problem = jsonschema.exceptions.best_match(validator.iter_errors(value))
    return problem and f"{list(problem.absolute_path)}: {problem.message}"


def bodies(operation):
    """Names, media types and values of an operation's examples."""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        if "example" in content:
            yield "example", media, content["example"]
        for name, example in content.get("examples", {}).items():
            yield name, media, example["value"]


def examples(document, url, model):
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in ("get", "head", "post", "delete"):
            operation = item.get(method)
            if operation is None or operation["operationId"] in NETWORK:
                continue
            found = list(bodies(operation)) or [("plain", None, None)]
            for name, media, value in found:
                label = f"{method.upper()} {path} ({name})"
                if not example_is_valid(document, operation, media, value, label):
                    continue
                target, headers = path, {}
                for parameter in shared + operation.get("parameters", []):
                    parameter = resolved(document, parameter)
                    if parameter["in"] == "path":
                        place = "{" + parameter["name"] + "}"
                        target = target.replace(place, str(parameter["example"]))
                response = send(url, method, target, media, value, model, headers)
                answered(document, operation, response, label)


def example_is_valid(document, operation, media, value, label):
    """Whether an example is what its own schema says."""
    if media != "application/json":
        return True
    schema = operation["requestBody"]["content"][media]["schema"]
    problem = error_of(document, schema, value)
    return check(f"{label} is a valid request", problem is None, problem) if problem else True


def send(url, method, target, media, value, model, headers):
    """Sends an example, for the model that the checks use."""
    data = None
    if media == "application/json":
        value = json.loads(json.dumps(value).replace('"demo"', json.dumps(model)))
        data = json.dumps(value).encode()
        headers["Content-Type"] = media
    elif media:
        data = value.encode()
        headers["Content-Type"] = media
    return requests.request(method, url + target, data=data, headers=headers, timeout=600)


def answered(document, operation, response, label):
    """Checks an answer's status, media type and body against the document."""
    expected = operation["responses"].get(str(response.status_code))
    if not check(f"{label}: {response.status_code} is documented", expected, response.text[:200]):
        return
    # Identifiers in examples belong to nothing.
    is_miss = "{" in label and response.status_code == 404
    # Only embedding models rank, and the model of the checks writes.
    is_unfit = operation["operationId"].startswith("rerank") and response.status_code == 400 \
        and response.json()["error"]["code"] == "unsupported_value"
    check(f"{label} succeeds", response.status_code < 300 or is_miss or is_unfit,
          response.text[:200])
    content = resolved(document, expected).get("content", {})
    if not content:
        return
    media = response.headers.get("Content-Type", "").split(";")[0]
    if not check(f"{label}: {media} is documented", media in content, list(content)):
        return
    if media == "application/json":
        problem = error_of(document, content[media].get("schema", {}), response.json())
        check(f"{label}: the body is as documented", problem is None, problem)


def fuzz(arguments, model, name):
    """Runs schemathesis on the served document; its findings are printed when there are any."""
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "openapi", "OPENAPI_FUZZ_MODEL": model}
    here = os.path.dirname(os.path.abspath(__file__))
    environment["PYTHONPATH"] = here + os.pathsep + environment.get("PYTHONPATH", "")
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", arguments.url + "/openapi.yaml",
        "--url", arguments.url, "--checks", CHECKS, "--continue-on-failure",
        "--phases", "coverage,fuzzing", "--max-examples", str(arguments.examples),
        "--request-timeout", "300", "--warnings", "off", "--suppress-health-check", "all",
    ]
    for operation in NETWORK:
        command += ["--exclude-operation-id", operation]
    if arguments.seed is not None:
        command += ["--seed", str(arguments.seed)]
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True)
    lines = result.stdout.splitlines()
    cases = next((line.strip() for line in lines if "generated" in line), "")
    if not check(f"fuzzing {name}: {cases}", result.returncode == 0, result.returncode):
        print(result.stdout[-20000:], result.stderr[-4000:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:11434")
    parser.add_argument("--model", default="demo", help="a model that can complete text")
    parser.add_argument("--examples", type=int, default=50, help="fuzzed requests an operation")
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    arguments.url = arguments.url.rstrip("/")
    text = requests.get(arguments.url + "/openapi.yaml", timeout=60).text
    document = yaml.safe_load(text)
    try:
        validate(document)
        problem = None
    except Exception as error:  # pylint: disable=broad-except
        problem = str(error)
    check("the document is valid OpenAPI", problem is None, problem)
    examples(document, arguments.url, arguments.model)
    fuzz(arguments, "", "as documented")
    fuzz(arguments, arguments.model, "with a model")
    sys.exit(min(FAILURES, 100))


if __name__ == "__main__":
    main()
