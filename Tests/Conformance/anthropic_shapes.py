#!/usr/bin/env python3
"""Checks the shapes of the Anthropic dialect with the types of Anthropic's own Python client.

    pip install anthropic
    python3 anthropic_shapes.py

Reads `Tests/ApusDialectsTests/Anthropic/AnthropicGolden.swift`, one line of JSON for each shape that
the dialect sends, which the Swift tests compare with what the code makes. Every value is read
strictly into the client's model of it, and no member may be left that the model does not know.
Streams and messages are also served over HTTP to the client itself, whose accumulator must arrive at
the message that the dialect's own fold arrives at. The exit status is the number of failed checks.
"""

import http.server
import json
import pathlib
import sys
import threading

import anthropic
from anthropic import types
from anthropic.pagination import SyncPage
from anthropic.types import beta, messages
from pydantic import BaseModel, TypeAdapter

GOLDEN = (pathlib.Path(__file__).parent.parent / "ApusDialectsTests" / "Anthropic"
          / "AnthropicGolden.swift")
FAILURES = 0
CHECKS = 0

MODELS = {
    "message": (types.Message, beta.BetaMessage),
    "count": (types.MessageTokensCount, beta.BetaMessageTokensCount),
    "model": (types.ModelInfo, beta.BetaModelInfo),
    "model_page": (SyncPage[types.ModelInfo],),
    "batch": (messages.MessageBatch, beta.messages.BetaMessageBatch),
    "batch_page": (SyncPage[messages.MessageBatch],),
    "batch_deleted": (messages.DeletedMessageBatch,),
    "batch_result": (messages.MessageBatchIndividualResponse,),
}
EXCEPTIONS = {
    400: anthropic.BadRequestError, 401: anthropic.AuthenticationError,
    403: anthropic.PermissionDeniedError, 404: anthropic.NotFoundError,
    413: anthropic.APIStatusError, 429: anthropic.RateLimitError,
    500: anthropic.InternalServerError, 529: anthropic.APIStatusError,
}


def check(name, condition, shown=""):
    """Counts a check and prints it when it fails."""
    global FAILURES, CHECKS
    CHECKS += 1
    if not condition:
        FAILURES += 1
        print(f"FAIL  {name}  {shown!r}")


def extras(value, path=""):
    """Members that no model knows, by path."""
    if isinstance(value, BaseModel):
        found = [f"{path}.{name}" for name in (value.model_extra or {})]
        for name in type(value).model_fields:
            found += extras(getattr(value, name), f"{path}.{name}")
        return found
    if isinstance(value, (list, tuple)):
        return [item for place, element in enumerate(value)
                for item in extras(element, f"{path}[{place}]")]
    return []


def strict(name, model, value):
    """Reads a value strictly into a model."""
    try:
        read = TypeAdapter(model).validate_json(json.dumps(value), strict=True)
        check(f"{name}: unknown members", extras(read) == [], extras(read))
    except Exception as error:  # every kind of refusal is a finding
        check(f"{name}: {model}", False, str(error))


def events(text):
    """Names and data of server-sent events."""
    for part in text.split("\n\n")[:-1]:
        name, data = part.split("\n")
        yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


class Server(http.server.BaseHTTPRequestHandler):
    """Answers a message request with the shape that its model names."""

    shapes = {}

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        kind = "stream" if body.get("stream") else "message"
        name = body["model"]
        if name.startswith("error"):
            kind = "error"
        if "thread" in body:
            kind, name = "thread", "error400"
        shape = self.shapes[kind, name]
        text = "".join(shape["text"]) if kind == "stream" else json.dumps(shape["value"])
        self.send_response(shape.get("status", 200))
        self.send_header("content-type",
                         "text/event-stream" if kind == "stream" else "application/json")
        self.send_header("request-id", "req_1")
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


def drive(client, name, stream, whole):
    """Lets the client read one answer in every way it knows."""
    request = {"model": name, "max_tokens": 100,
               "messages": [{"role": "user", "content": "hi"}]}
    for api in (client.messages, client.beta.messages):
        with api.stream(**request) as reader:
            names = [event.type for event in reader]
            final = reader.get_final_message()
        found = json.loads(final.model_dump_json(exclude_unset=True))
        for block in found["content"]:
            block.pop("parsed_output", None)
        found.pop("stop_details")  # the accumulator sets it, also to null
        expected = json.loads(json.dumps(stream))
        for block in expected["content"] + found["content"]:
            # A call that turned out to be none ends with input that only the client's reader of
            # incomplete JSON can make sense of.
            if name == "malformed" and block["type"] == "tool_use":
                block.pop("input")
        check(f"{name}: accumulated", found == expected, (found, expected))
        check(f"{name}: ends", names[-1] == "message_stop", names)
        message = json.loads(api.create(**request).model_dump_json(exclude_unset=True))
        check(f"{name}: created", message == whole, (message, whole))


def raises(client, shape):
    """An error must raise the exception of its status, with its words and request id."""
    request = {"model": f"error{shape['status']}", "max_tokens": 1,
               "messages": [{"role": "user", "content": "hi"}]}
    try:
        client.messages.create(**request)
        check(request["model"], False, "no error")
    except anthropic.APIStatusError as error:
        right = (isinstance(error, EXCEPTIONS[shape["status"]]) and error.request_id == "req_1"
                 and error.status_code == shape["status"]
                 and error.body["error"]["message"] == "words")
        check(request["model"], right, (type(error), error.body, error.request_id))


def run_tools(client):
    """The client's tool runner asks for a thread first and must go on without one."""
    runner = client.beta.messages.tool_runner(
        model="text", max_tokens=100, tools=[], messages=[{"role": "user", "content": "hi"}])
    check("tool runner", runner.until_done().stop_reason == "end_turn")


def sequence(name, list_of_events):
    """The grammar of a stream, from the raw events."""
    names = [event for event, _ in list_of_events]
    check(f"{name}: frame", names[0] == "message_start"
          and names[-2:] == ["message_delta", "message_stop"], names)
    opened, following = None, 0
    for event, data in list_of_events[1:-2]:
        check(f"{name}: type", data["type"] == event, data)
        if event == "content_block_start":
            check(f"{name}: start", opened is None and data["index"] == following, data)
            opened, following = data["index"], following + 1
        else:
            check(f"{name}: index", data["index"] == opened, data)
            if event == "content_block_stop":
                opened = None
    check(f"{name}: closed", opened is None)


def main():
    lines = [json.loads(line) for line in GOLDEN.read_text().splitlines()
             if line.strip().startswith("{")]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = anthropic.Anthropic(api_key="none", max_retries=0,
                                 base_url=f"http://127.0.0.1:{server.server_port}")
    for shape in lines:
        name = shape.get("name", f"error{shape.get('status')}")
        Server.shapes[shape["kind"], name] = shape
    for shape in lines:
        kind, value = shape["kind"], shape["value"]
        for model in MODELS.get(kind, ()):
            strict(shape.get("name", kind), model, value)
        if kind == "stream":
            strict(shape["name"], types.Message, value)
            parsed = list(events("".join(shape["text"])))
            sequence(shape["name"], parsed)
            for _, data in parsed:
                strict(shape["name"], types.RawMessageStreamEvent, data)
                strict(shape["name"], beta.BetaRawMessageStreamEvent, data)
            drive(client, shape["name"], value, Server.shapes["message", shape["name"]]["value"])
        elif kind == "thread":
            run_tools(client)  # the client reads the details of an error apart from its types
        elif kind == "error":
            raises(client, shape)
            if shape["status"] != 413:  # the client has no type for it
                strict(kind, types.ErrorResponse, value)
    server.shutdown()
    print(f"{len(lines)} shapes, {CHECKS} checks, {FAILURES} failed, "
          f"anthropic {anthropic.__version__}")
    return min(FAILURES, 100)


if __name__ == "__main__":
    sys.exit(main())
