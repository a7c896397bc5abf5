#!/usr/bin/env python3
"""Drives a running server with Anthropic's own Python client.

    pip install anthropic
    python3 anthropic_sdk.py [--url http://127.0.0.1:11434] [--model demo] [--only SECTION ...]

Needs a model that can complete text, call tools and think; `demo` can. Every failed check is one line
of output; the exit status is the number of checks that failed, 0 when all passed.
"""

import argparse
import asyncio
import http.client
import inspect
import json
import random
import re
import socket
import struct
import sys
import threading
import time
import typing
import urllib.parse

import anthropic
from anthropic import types
from anthropic.types import beta as beta_types
from pydantic import BaseModel, TypeAdapter, ValidationError

FAILURES = 0
CHECKS = 0
ARGUMENTS = None
HI = [{"role": "user", "content": "Say hello."}]
WEATHER = {
    "name": "get_weather", "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}},
                     "required": ["city"]}}
CLOCK = {"name": "get_time", "input_schema": {"type": "object", "properties": {}}}


def check(name, condition, shown=""):
    """Counts a check and prints it when it fails."""
    global FAILURES, CHECKS
    CHECKS += 1
    if not condition:
        FAILURES += 1
        print(f"FAIL  {name}  {str(shown)[:600]}", flush=True)
    return condition


def make_client(kind=anthropic.Anthropic, **options):
    options = {"api_key": "none", "base_url": ARGUMENTS.url, "max_retries": 0, "timeout": 120,
               **options}
    return kind(**options)


def body(**more):
    """A request that every model answers quickly."""
    return {"model": ARGUMENTS.model, "max_tokens": 24, "messages": HI, **more}


def post(path, content, headers=None, method="POST"):
    """Sends a request without the client; returns status, headers in lower case, bytes."""
    address = urllib.parse.urlparse(ARGUMENTS.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=300)
    if not isinstance(content, (bytes, type(None))):
        content = json.dumps(content).encode()
    connection.request(method, path, content, {"anthropic-version": "2023-06-01",
                                               "content-type": "application/json",
                                               **(headers or {})})
    response = connection.getresponse()
    data = response.read()
    names = {key.lower(): value for key, value in response.getheaders()}
    connection.close()
    return response.status, names, data


def extras(value, path=""):
    """Members that no model of the client knows, by path."""
    if isinstance(value, BaseModel):
        found = [f"{path}.{name}" for name in (value.model_extra or {})]
        for name in type(value).model_fields:
            found += extras(getattr(value, name), f"{path}.{name}")
        return found
    if isinstance(value, (list, tuple)):
        return [item for place, element in enumerate(value)
                for item in extras(element, f"{path}[{place}]")]
    return []


def strict(name, model, data):
    """Reads JSON strictly into a type of the client; no member may be left over."""
    try:
        read = TypeAdapter(model).validate_json(data, strict=True)
        check(f"{name}: unknown members", extras(read) == [], extras(read))
    except Exception as error:  # every kind of refusal is a finding
        check(f"{name}: {model}", False, error)


def refused(name, status, call, says=()):
    """A call must raise the exception of its status, with everything the client reads from it."""
    classes = {400: anthropic.BadRequestError, 403: anthropic.PermissionDeniedError,
               404: anthropic.NotFoundError, 413: anthropic.ContentTooLargeError,
               529: anthropic.OverloadedError, 405: anthropic.APIStatusError}
    kinds = {400: "invalid_request_error", 403: "permission_error", 404: "not_found_error",
             413: "request_too_large", 529: "overloaded_error", 405: "invalid_request_error"}
    try:
        call()
    except anthropic.APIStatusError as error:
        right = (isinstance(error, classes[status]) and error.status_code == status
                 and error.type == kinds[status] and bool(error.api_message)
                 and (error.request_id or "").startswith("req_")
                 and error.body["type"] == "error"
                 and error.body["request_id"] == error.request_id)
        check(f"{name} is {status}", right, (type(error).__name__, error.status_code, error.body))
        for word in says:
            check(f"{name} says {word}", word in (error.api_message or ""), error.api_message)
        return error
    except Exception as error:
        check(f"{name} is {status}", False, repr(error))
    else:
        check(f"{name} is {status}", False, "no error")
    return None


# MARK: Raw streams


def events(text):
    """Names and data of server-sent events, with everything that is wrong about the framing."""
    for part in text.split("\n\n")[:-1]:
        lines = part.split("\n")
        check("SSE: an event line and a data line", len(lines) == 2
              and lines[0].startswith("event: ") and lines[1].startswith("data: "), part)
        yield lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))


def total(usage):
    """Tokens of a prompt."""
    return (usage["input_tokens"] + (usage.get("cache_creation_input_tokens") or 0)
            + (usage.get("cache_read_input_tokens") or 0))


DELTAS = {"text": {"text_delta"}, "thinking": {"thinking_delta", "signature_delta"},
          "tool_use": {"input_json_delta"}}


def validate(name, text):
    """The grammar of a stream; returns the message it tells."""
    check(f"{name}: ends with an empty line", text.endswith("\n\n"), text[-80:])
    found = [event for event in events(text) if event[0] != "ping"]
    names = [event for event, _ in found]
    if not check(f"{name}: frame", names[:1] == ["message_start"]
                 and names[-2:] == ["message_delta", "message_stop"], names):
        return None
    for event, data in found:
        check(f"{name}: event line", data["type"] == event, (event, data))
        strict(name, types.RawMessageStreamEvent, json.dumps(data))
        strict(name, beta_types.BetaRawMessageStreamEvent, json.dumps(data))
    message = found[0][1]["message"]
    check(f"{name}: start", message["content"] == [] and message["stop_reason"] is None
          and message["role"] == "assistant", message)
    opened, kinds = None, []
    for event, data in found[1:-2]:
        if event == "content_block_start":
            block = data["content_block"]
            check(f"{name}: index", opened is None and data["index"] == len(message["content"]),
                  data)
            empty = {"text": "", "thinking": "", "tool_use": {}}[block["type"]]
            content = block[{"tool_use": "input"}.get(block["type"], block["type"])]
            check(f"{name}: block starts empty", content == empty, block)
            opened, kinds = data["index"], DELTAS[block["type"]]
            message["content"].append(dict(block, text_of_input=""))
        elif event == "content_block_delta":
            check(f"{name}: delta", data["index"] == opened and data["delta"]["type"] in kinds,
                  data)
            block, delta = message["content"][-1], data["delta"]
            for key in ("text", "thinking", "signature"):
                if key in delta:
                    block[key] = block.get(key, "") + delta[key]
            block["text_of_input"] += delta.get("partial_json", "")
        elif check(f"{name}: stop", event == "content_block_stop" and data["index"] == opened,
                   (event, data)):
            opened = None
    check(f"{name}: all blocks closed", opened is None)
    for block in message["content"]:
        text_of_input = block.pop("text_of_input")
        if block["type"] == "tool_use":
            block["input"] = text_of_input
    last = found[-2][1]
    message.update(last["delta"])
    for block in message["content"]:
        if block["type"] == "tool_use":
            # A call that max_tokens cut off has no whole input.
            is_cut = message["stop_reason"] == "max_tokens" and block is message["content"][-1]
            block["input"] = {} if is_cut else json.loads(block["input"])
    check(f"{name}: cumulative usage", last["usage"]["output_tokens"]
          >= message["usage"]["output_tokens"] and total(last["usage"])
          == total(message["usage"]), (message["usage"], last["usage"]))
    message["usage"].update(last["usage"])
    return message


def sse(name, request, headers=None):
    status, found, data = post("/v1/messages", dict(request, stream=True), headers)
    check(f"{name}: is a stream", status == 200
          and found.get("content-type", "").startswith("text/event-stream")
          and found.get("request-id", "").startswith("req_"), (status, found, data[:300]))
    return validate(name, data.decode()) if status == 200 else None


def text_of(message):
    """What a message says."""
    return "".join(block.text for block in message.content if block.type == "text")


def ends_with_call(message):
    """Whether a message ends as a forced call does, or max_tokens cut it off."""
    return message.stop_reason in ("tool_use", "max_tokens")


def same(name, left, right):
    """Two messages tell the same, as far as they can with different ids and cache hits."""
    def bare(message):
        content = json.loads(json.dumps(message["content"]))
        for block in content:
            for key in ("id", "signature", "parsed_output", "citations", "caller"):
                block.pop(key, None)
        return content, message["stop_reason"], message["stop_sequence"], total(
            message["usage"]), message["usage"]["output_tokens"]
    check(f"{name}: same message", bare(left) == bare(right), (bare(left), bare(right)))


# MARK: Sections


def messages():
    client = make_client()
    greedy = {"extra_body": {"temperature": 0}}
    message = client.messages.create(**body(), **greedy)
    check("create: a message", message.type == "message" and message.role == "assistant"
          and message.model == ARGUMENTS.model and message.id.startswith("msg_")
          and message._request_id.startswith("req_"), message)
    check("create: extras", extras(message) == [], extras(message))
    raw = client.messages.with_raw_response.create(**body(), **greedy)
    strict("create", types.Message, raw.text() if callable(raw.text) else raw.text)
    check("create: request-id", raw.headers["request-id"].startswith("req_"), raw.headers)
    whole = json.loads(message.model_dump_json())
    streamed = sse("stream", body(temperature=0))
    if streamed:
        same("stream", streamed, whole)
    for api in (client.messages, client.beta.messages):
        with api.stream(**body(), **greedy) as stream:
            names = [event.type for event in stream]
            final = stream.get_final_message()
        same("stream helper", json.loads(final.model_dump_json()), whole)
        check("stream helper: ends", names[-1] == "message_stop", names)
        raw = list(api.create(**body(), **greedy, stream=True))
        check("raw stream: events", raw[0].type == "message_start"
              and raw[-1].type == "message_stop", raw)
    with client.messages.stream(**body(), **greedy) as stream:
        check("text_stream", "".join(stream.text_stream) == "".join(
            block["text"] for block in whole["content"] if block["type"] == "text"))
    limited = client.messages.create(**body(max_tokens=2))
    check("max_tokens", limited.stop_reason == "max_tokens"
          and limited.usage.output_tokens <= 2, limited)
    warm = client.messages.create(**body(max_tokens=0))
    check("max_tokens 0", warm.content == [] and warm.stop_reason == "max_tokens"
          and warm.usage.output_tokens == 0, warm)
    count = [{"role": "user", "content": "Count from one to ten."}]
    long = client.messages.create(**body(max_tokens=60, messages=count), **greedy)
    text = text_of(long)
    if check("an answer to cut", len(text) > 12, text):
        cut = text[6:9]
        stopped = client.messages.create(
            **body(max_tokens=60, messages=count, stop_sequences=["never", cut]), **greedy)
        check("stop_sequence", stopped.stop_reason == "stop_sequence"
              and stopped.stop_sequence == cut
              and text_of(stopped) in (text[:text.index(cut)], ""), (cut, text, stopped))
        sse("stream with stop_sequences", body(max_tokens=60, messages=count,
                                               stop_sequences=[cut], temperature=0))
        opening = text[:6].rstrip()
        prefilled = client.messages.create(**body(
            messages=count + [{"role": "assistant", "content": opening}]), **greedy)
        # A model without sense may say the same over and over.
        check("prefill is continued", len(set(text)) < 5
              or not text_of(prefilled).startswith(opening), prefilled)
    everything = client.messages.create(
        **body(metadata={"user_id": "u-1"}, service_tier="auto", inference_geo="eu",
               cache_control={"type": "ephemeral", "ttl": "1h"}, speed="standard",
               system=[{"type": "text", "text": "Be brief.",
                        "cache_control": {"type": "ephemeral"}}]),
        extra_body={"temperature": 0.5, "top_p": 0.9, "top_k": 40})
    check("every plain member", everything.usage.service_tier == "standard"
          and everything.usage.cache_creation is not None, everything)
    multi = client.messages.create(**body(messages=[
        {"role": "user", "content": [{"type": "text", "text": "One."},
                                     {"type": "text", "text": "Two."}]},
        {"role": "user", "content": "Three."},
        {"role": "assistant", "content": message.content},
        {"role": "system", "content": "From now on be brief."},
        {"role": "user", "content": [
            {"type": "document", "title": "T", "context": "C",
             "source": {"type": "text", "media_type": "text/plain", "data": "Some text."}},
            {"type": "document", "source": {"type": "content", "content": [
                {"type": "text", "text": "More."}]}},
            {"type": "search_result", "title": "S", "source": "https://example.org",
             "content": [{"type": "text", "text": "Found."}]},
            {"type": "text", "text": "What does it say?"}]}]))
    check("documents, searches and system turns", multi.type == "message", multi)


def tools():
    client = make_client()
    ask = [{"role": "user", "content": "What is the weather in Paris?"}]
    common = {"tools": [WEATHER, CLOCK], "messages": ask, "max_tokens": 200}
    forced = client.messages.create(
        **body(**common, tool_choice={"type": "tool", "name": "get_weather"}))
    calls = [block for block in forced.content if block.type == "tool_use"]
    check("a named tool is called", ends_with_call(forced) and len(calls) >= 1
          and {call.name for call in calls} == {"get_weather"}
          and all(re.fullmatch("toolu_[a-zA-Z0-9_-]+", call.id) for call in calls), forced)
    check("its input fits", forced.stop_reason == "max_tokens" or all(
        isinstance(call.input.get("city"), str) for call in calls), calls)
    single = client.messages.create(
        **body(**common, tool_choice={"type": "any", "disable_parallel_tool_use": True}))
    check("one call at most", sum(b.type == "tool_use" for b in single.content) == 1, single)
    none = client.messages.create(**body(**common, tool_choice={"type": "none"}))
    check("no call", all(block.type != "tool_use" for block in none.content)
          and none.stop_reason != "tool_use", none)
    auto = client.messages.create(**body(**common, tool_choice={"type": "auto"}))
    check("a free choice", auto.stop_reason in ("tool_use", "end_turn", "max_tokens"), auto)
    streamed = sse("tool stream", body(**common, tool_choice={"type": "any"}))
    if streamed:
        check("tool stream: calls", streamed["stop_reason"] in ("tool_use", "max_tokens"),
              streamed)
    with client.messages.stream(**body(**common, tool_choice={"type": "any"})) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "input_json"]
        final = stream.get_final_message()
    check("tool stream: helper", ends_with_call(final) and snapshots != [], final)
    results = {
        "text": "20 degrees", "blocks": [{"type": "text", "text": "20"},
                                         {"type": "text", "text": "degrees"}],
        "document": [{"type": "document", "source": {
            "type": "text", "media_type": "text/plain", "data": "20 degrees"}}],
        "empty": [], "nothing": None}
    for name, content in results.items():
        for is_error in (None, True, False):
            answers = []
            for call in calls:
                answer = {"type": "tool_result", "tool_use_id": call.id}
                if content is not None:
                    answer["content"] = content
                if is_error is not None:
                    answer["is_error"] = is_error
                answers.append(answer)
            reply = client.messages.create(**body(
                tools=[WEATHER, CLOCK], max_tokens=8, messages=ask + [
                    {"role": "assistant", "content": forced.content},
                    {"role": "user", "content": answers}]))
            check(f"tool_result {name} {is_error}", reply.type == "message", reply)
    refused("an answer to no call", 400, lambda: client.messages.create(**body(messages=ask + [
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_x"}]}])),
        ["tool_use_id"])
    refused("a call without answer", 400, lambda: client.messages.create(**body(messages=ask + [
        {"role": "assistant", "content": forced.content}, {"role": "user", "content": "Well?"}])),
        ["tool_use", "messages.1"])
    refused("a choice without tools", 400, lambda: client.messages.create(
        **body(tool_choice={"type": "any"})), ["tool_choice"])
    refused("a choice of no tool", 400, lambda: client.messages.create(
        **body(tools=[WEATHER], tool_choice={"type": "tool", "name": "x"})), ["'x'"])
    refused("a tool without schema", 400, lambda: client.messages.create(
        **body(tools=[{"name": "x"}])), ["tools.0"])

    @anthropic.beta_tool
    def get_weather(city: str) -> str:
        """The weather in a city.

        Args:
            city: Which city.
        """
        return f"20 degrees in {city}"

    runner = client.beta.messages.tool_runner(
        model=ARGUMENTS.model, max_tokens=120, tools=[get_weather], messages=ask,
        max_iterations=3)
    check("tool runner", runner.until_done().type == "message")


def thinking():
    client = make_client()
    for config in ({"type": "enabled", "budget_tokens": 1024}, {"type": "adaptive"}):
        message = client.messages.create(**body(max_tokens=1500, thinking=config))
        check(f"thinking {config['type']}", message.content[0].type == "thinking"
              and message.content[0].thinking and message.content[0].signature, message)
    streamed = sse("thinking stream", body(max_tokens=1500, thinking={"type": "adaptive"}))
    check("thinking stream: blocks", streamed and streamed["content"][0]["signature"], streamed)
    with client.messages.stream(**body(max_tokens=1500,
                                       thinking={"type": "adaptive"})) as stream:
        seen = {event.type for event in stream}
        final = stream.get_final_message()
    check("thinking stream: helper", {"thinking", "signature"} <= seen
          and final.content[0].signature, seen)
    plain = client.messages.create(**body(thinking={"type": "disabled"}))
    check("thinking disabled", all(block.type != "thinking" for block in plain.content), plain)
    more = [{"role": "user", "content": "And now?"}]
    turn = [{"role": "assistant", "content": message.content}]
    reply = client.messages.create(**body(messages=HI + turn + more))
    check("reasoning comes back", reply.type == "message", reply)
    forged = json.loads(message.model_dump_json())["content"]
    forged[0]["thinking"] += "!"
    refused("forged reasoning", 400, lambda: client.messages.create(**body(
        messages=HI + [{"role": "assistant", "content": forged}] + more)), ["signature"])
    forged[0].update(thinking=message.content[0].thinking, signature="AAAA")
    refused("a forged signature", 400, lambda: client.messages.create(**body(
        messages=HI + [{"role": "assistant", "content": forged}] + more)),
        ["signature", "messages.1.content.0"])
    hidden = client.messages.create(**body(
        max_tokens=1500, thinking={"type": "adaptive", "display": "omitted"}))
    check("hidden reasoning", hidden.content[0].type == "thinking"
          and hidden.content[0].thinking == "" and hidden.content[0].signature, hidden)
    counts = [client.messages.count_tokens(
        model=ARGUMENTS.model, messages=HI + [{"role": "assistant", "content": content}] + more)
        .input_tokens for content in (hidden.content, hidden.content[1:] or "x")]
    check("hidden reasoning comes back", counts[0] >= counts[1], counts)
    redacted = [{"type": "redacted_thinking", "data": "abc"}, {"type": "text", "text": "Hello."}]
    reply = client.messages.create(**body(
        messages=HI + [{"role": "assistant", "content": redacted}] + more))
    check("redacted_thinking", reply.type == "message", reply)
    for name, config in {
            "a small budget": {"type": "enabled", "budget_tokens": 1023},
            "a budget beyond max_tokens": {"type": "enabled", "budget_tokens": 4000},
            "no budget": {"type": "enabled"}, "no type": {"budget_tokens": 2000}}.items():
        refused(name, 400, lambda: client.messages.create(**body(max_tokens=4000,
                                                                 thinking=config)))
    for effort in ("low", "medium", "high", "xhigh", "max"):
        reply = client.messages.create(**body(output_config={"effort": effort}))
        check(f"effort {effort}", reply.type == "message", reply)


class City(BaseModel):
    """What structured answers are asked to be."""

    name: str
    inhabitants: int


def structure():
    client = make_client()
    schema = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 20},
                                               "size": {"type": "integer"}},
              "required": ["name", "size"], "additionalProperties": False}
    form = {"type": "json_schema", "schema": schema}
    message = client.messages.create(**body(max_tokens=300, output_config={"format": form}))
    if message.stop_reason != "max_tokens":
        value = json.loads(message.content[-1].text)
        check("structured answer", set(value) == {"name", "size"}
              and isinstance(value["size"], int), value)
    older = client.beta.messages.create(
        **body(max_tokens=300), extra_body={"output_format": form},
        betas=["structured-outputs-2025-11-13"])
    check("output_format", older.stop_reason == "max_tokens"
          or set(json.loads(older.content[-1].text)) == {"name", "size"}, older)
    for api in (client.messages, client.beta.messages):
        try:
            parsed = api.parse(**body(max_tokens=400), output_format=City)
            check("parse", isinstance(parsed.parsed_output, City), parsed)
        except ValidationError as error:  # what the client makes of an answer cut off
            check("parse", "EOF while parsing" in str(error), error)
    try:
        with client.messages.stream(**body(max_tokens=400), output_format=City) as stream:
            final = stream.get_final_message()
        check("parse a stream", isinstance(final.parsed_output, City), final)
    except ValidationError as error:
        check("parse a stream", "EOF while parsing" in str(error), error)
    sse("structured stream", body(max_tokens=300, output_config={"format": form}))
    refused("a schema that is none", 400, lambda: client.messages.create(
        **body(output_config={"format": {"type": "json_schema", "schema": 5}})))
    refused("another format", 400, lambda: client.messages.create(
        **body(output_config={"format": {"type": "xml"}})))


def random_text(source, words=12):
    return " ".join(source.choice(["tree", "river", "seven", "blue", "ask", "Paris", "why", "12",
                                   "naïve", "日本", "🦀"]) for _ in range(source.randint(1, words)))


def random_conversation(source):
    """A conversation with everything that can stand in one."""
    request = {"model": ARGUMENTS.model, "messages": []}
    if source.random() < 0.6:
        text = {"type": "text", "text": random_text(source)}
        if source.random() < 0.5:
            text["cache_control"] = {"type": "ephemeral"}
        request["system"] = source.choice([text["text"], [text], [text, dict(text)]])
    uses_tools = source.random() < 0.6
    if uses_tools:
        request["tools"] = source.sample([WEATHER, CLOCK], source.randint(1, 2))
    if source.random() < 0.4:
        request["thinking"] = source.choice([{"type": "adaptive"}, {"type": "disabled"},
                                             {"type": "enabled", "budget_tokens": 1024}])
    turns = request["messages"]
    for _ in range(source.randint(0, 4)):
        turns.append({"role": "user", "content": random_text(source)})
        content = [{"type": "text", "text": random_text(source)}]
        if uses_tools and source.random() < 0.6:
            name = f"toolu_{source.randint(0, 10**9)}"
            content.append({"type": "tool_use", "id": name, "name": request["tools"][0]["name"],
                            "input": {"city": random_text(source)}})
            turns.append({"role": "assistant", "content": content})
            turns.append({"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": name, "content": random_text(source),
                 "is_error": source.random() < 0.3}]})
            turns.append({"role": "assistant", "content": random_text(source)})
        else:
            turns.append({"role": "assistant", "content": content})
        if source.random() < 0.2:
            turns.append({"role": "system", "content": random_text(source)})
    turns.append({"role": "user", "content": source.choice([
        random_text(source), [{"type": "text", "text": random_text(source)},
                              {"type": "document", "source": {
                                  "type": "text", "media_type": "text/plain",
                                  "data": random_text(source)}}]])})
    return request


def counts():
    client = make_client()
    source = random.Random(ARGUMENTS.seed)
    reused = 0
    for number in range(ARGUMENTS.conversations):
        request = random_conversation(source)
        counted = client.messages.count_tokens(**request).input_tokens
        limit = 1100 if request.get("thinking", {}).get("type") == "enabled" else 1
        for attempt in ("first", "again"):
            usage = client.messages.create(**request, max_tokens=limit,
                                           extra_body={"stop_sequences": ["e", " "]}).usage
            check(f"counts {number} {attempt}", total(usage.model_dump()) == counted
                  and usage.input_tokens >= 0, (counted, usage, request))
            marked = "cache_control" in json.dumps(request)
            check(f"counts {number}: creation only when asked",
                  marked or not usage.cache_creation_input_tokens, usage)
            parts = usage.cache_creation
            check(f"counts {number}: breakdown", parts.ephemeral_5m_input_tokens
                  + parts.ephemeral_1h_input_tokens == usage.cache_creation_input_tokens, usage)
            if attempt == "again":
                reused += usage.cache_read_input_tokens
                # A prompt is kept by pages; what is left is computed anew.
                check(f"counts {number}: reuse", counted < 64
                      or usage.cache_read_input_tokens > 0, (counted, usage))
    check("something was reused", reused > 0)
    streamed = sse("count stream", body(max_tokens=4))
    counted = client.messages.count_tokens(model=ARGUMENTS.model, messages=HI).input_tokens
    check("count of a stream", streamed and total(streamed["usage"]) == counted,
          (streamed, counted))
    beta = client.beta.messages.count_tokens(model=ARGUMENTS.model, messages=HI)
    check("beta count", beta.input_tokens == counted, beta)


def literals(union):
    """The values of `type` that the members of a union of types take."""
    if not inspect.isclass(union):
        return {kind for member in typing.get_args(union) for kind in literals(member)}
    if issubclass(union, BaseModel):
        hint = union.model_fields["type"].annotation if "type" in union.model_fields else None
    else:
        hint = typing.get_type_hints(union).get("type") if typing.is_typeddict(union) else None
    while hint is not None and typing.get_origin(hint) is not typing.Literal:
        hint = typing.get_args(hint)[0] if typing.get_args(hint) else None
    return {kind for kind in typing.get_args(hint) if isinstance(kind, str)}


SERVED = {"text", "document", "search_result", "thinking", "redacted_thinking", "tool_use",
          "tool_result"}


def refusals():
    client = make_client()
    create = client.messages.create
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    user = lambda *blocks: [{"role": "user", "content": list(blocks)}]
    refused("an image", 400, lambda: create(**body(
        messages=user({"type": "image", "source": source}))), ["image", "vision"])
    refused("an image in a tool's answer", 400, lambda: create(**body(messages=HI + [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "f",
                                           "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [
            {"type": "image", "source": source}]}]}])), ["image"])
    for kind in ("base64", "url"):
        pdf = {"type": kind, "media_type": "application/pdf", "data": "JVBERi0=",
               "url": "https://example.org/a.pdf"}
        refused(f"a PDF by {kind}", 400, lambda: create(**body(
            messages=user({"type": "document", "source": pdf}))), ["PDF"])
    refused("a file", 400, lambda: create(**body(messages=user(
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}}))), ["file"])
    refused("citations", 400, lambda: create(**body(messages=user(
        {"type": "document", "citations": {"enabled": True}, "source": {
            "type": "text", "media_type": "text/plain", "data": "x"}}))), ["citations"])
    blocks = literals(beta_types.BetaContentBlockParam)
    for kind in sorted(blocks - SERVED - {"image"}):
        role = "assistant" if "tool_use" in kind or kind.endswith("result") else "user"
        refused(f"a {kind} block", 400, lambda: create(**body(messages=HI + [
            {"role": role, "content": [{"type": kind}]}] + HI)), [kind, "not supported"])
    client_tools = ("bash_", "text_editor_", "memory_", "custom")
    tolerated = ("web_search_", "web_fetch_", "code_execution_", "tool_search_tool_")
    for kind in sorted(literals(beta_types.BetaToolUnionParam)):
        tool = {"type": kind, "name": "x", "input_schema": {"type": "object"}}
        if kind.startswith(client_tools):
            check(f"tool {kind}", create(**body(tools=[tool], max_tokens=1)).type == "message")
        elif kind.startswith(tolerated):
            raw = client.messages.with_raw_response.create(**body(tools=[tool], max_tokens=1))
            check(f"tool {kind} is listed", kind in raw.headers.get("apus-ignored", ""),
                  raw.headers)
            refused(f"choosing {kind}", 400, lambda: create(**body(
                tools=[tool], tool_choice={"type": "tool", "name": "x"})), ["x"])
        else:
            refused(f"tool {kind}", 400, lambda: create(**body(tools=[tool])), [kind])
    for name, value in {
            "container": "c_1", "mcp_servers": [{"type": "url", "url": "http://x", "name": "m"}],
            "compaction": {"type": "enabled"},
            "context_management": {"edits": [{"type": "compact_20260112"}]},
            "max_tokens": -1, "stop_sequences": [""], "temperature": 1.5, "top_p": -0.1,
            "top_k": -1, "messages": [], "model": "", "service_tier": "fast",
            "system": [{"type": "image"}], "tool_choice": {"type": "all"},
            "stream": "yes", "metadata": 3, "tools": {}, "thinking": True}.items():
        refused(f"{name} {value}", 400, lambda: create(**body(**{
            "extra_body": {name: value}})), [name.split("_")[0]])
    for name in ("max_tokens", "messages", "model"):
        request = body()
        del request[name]
        status, _, data = post("/v1/messages", request)
        check(f"without {name}", status == 400 and f"{name}: Field required" in data.decode(), data)
    raw = client.messages.with_raw_response.create(
        **body(max_tokens=1), extra_body={"new_member": 1, "context_management": {"edits": [
            {"type": "clear_tool_uses_20250919"}]}},
        extra_headers={"anthropic-beta": "one-2026-01-01,claude-code-20250219",
                       "claude-version": "2", "x-claude-client": "test"})
    check("what has no effect is listed", raw.headers.get("apus-ignored", "").split(", ")
          == ["new_member", "context_management", "anthropic-beta.one-2026-01-01"]
          or {"new_member", "anthropic-beta.one-2026-01-01"} <= set(
              raw.headers.get("apus-ignored", "").split(", ")), raw.headers)


def errors():
    client = make_client()
    refused("an unknown model", 404, lambda: client.messages.create(
        **dict(body(), model="no-such-model")), ["no-such-model"])
    refused("counting for an unknown model", 404, lambda: client.messages.count_tokens(
        model="no/such", messages=HI))
    refused("an unknown model's facts", 404, lambda: client.models.retrieve("no-such-model"))
    refused("an unknown path", 404, lambda: client.post("/v1/messages/nowhere", cast_to=object))
    refused("a wrong method", 405, lambda: client.get("/v1/messages", cast_to=object))
    long = "word " * 400_000
    error = refused("a long prompt", 400, lambda: client.messages.create(
        **body(messages=[{"role": "user", "content": long}])))
    check("a long prompt: numbers", error and re.search(
        r"prompt is too long: \d+ tokens > \d+ maximum", error.api_message), error)
    counted = client.messages.count_tokens(
        model=ARGUMENTS.model, messages=[{"role": "user", "content": long}]).input_tokens
    check("a long prompt can be counted", error and str(counted) in error.api_message,
          (counted, error and error.api_message))
    address = urllib.parse.urlparse(ARGUMENTS.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.putrequest("POST", "/v1/messages")
    connection.putheader("content-length", str(1 << 40))
    connection.putheader("anthropic-version", "2023-06-01")
    connection.endheaders()
    response = connection.getresponse()
    data = response.read()
    check("a huge body is 413", response.status == 413
          and b"request_too_large" in data, (response.status, data))
    connection.close()
    for content in (b"", b"{", b"[]", b"5", b"\xff\xfe", b'{"model":' + b"[" * 100_000):
        status, headers, data = post("/v1/messages", content)
        value = json.loads(data)
        check(f"body {content[:12]}", status == 400
              and value["error"]["type"] == "invalid_request_error"
              and value["request_id"] == headers["request-id"], (status, data))
    refused("another host", 403, lambda: client.messages.create(
        **body(), extra_headers={"Host": "evil.example"}))
    status, _, data = post("/v1/messages", body(stream=True, model="no-such-model"))
    check("an error before a stream has its status", status == 404, (status, data))


def models():
    client = make_client()
    listed = list(client.models.list(limit=1))
    check("models", any(model.id.split(":")[0] == ARGUMENTS.model.split(":")[0]
                        for model in listed), listed)
    model = client.models.retrieve(ARGUMENTS.model)
    check("a model", model.type == "model" and model.max_input_tokens > 0
          and model.capabilities.structured_outputs.supported, model)
    check("a model: extras", extras(model) == [], extras(model))
    check("beta models", list(client.beta.models.list()) != [])
    status, _, data = post("/v1/models", None, method="GET")
    strict("models", anthropic.pagination.SyncPage[types.ModelInfo], data)


def cancellation():
    """Clients that go away in the middle of an answer free the model at once."""
    address = urllib.parse.urlparse(ARGUMENTS.url)
    endless = json.dumps(body(max_tokens=4000, stream=True, messages=[
        {"role": "user", "content": "Count to a million."}])).encode()
    head = (f"POST /v1/messages HTTP/1.1\r\nHost: {address.hostname}\r\n"
            f"anthropic-version: 2023-06-01\r\nContent-Length: {len(endless)}\r\n\r\n").encode()
    for kind in ("reset", "close"):
        connection = socket.create_connection((address.hostname, address.port))
        connection.sendall(head + endless)
        connection.recv(100)
        if kind == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    with make_client().messages.stream(**body(max_tokens=4000)) as stream:
        for _, _ in zip(stream, range(3)):
            pass
    start = time.monotonic()
    make_client().messages.create(**body(max_tokens=1))
    check("the next answer does not wait", time.monotonic() - start < 20,
          time.monotonic() - start)


def batches():
    client = make_client()
    params = {"model": ARGUMENTS.model, "max_tokens": 5, "messages": HI}
    requests = [
        {"custom_id": "good-1", "params": params},
        {"custom_id": "bad-model", "params": dict(params, model="no-such-model")},
        {"custom_id": "bad_params", "params": {"model": ARGUMENTS.model, "messages": []}},
        {"custom_id": "tools", "params": dict(params, max_tokens=200, tools=[WEATHER],
                                              tool_choice={"type": "any"})},
    ]
    for api in (client.messages.batches, client.beta.messages.batches):
        batch = api.create(requests=requests)
        check("batch: created", batch.processing_status == "in_progress"
              and batch.request_counts.processing == 4 and batch.id.startswith("msgbatch_")
              and batch.results_url is None and extras(batch) == [], batch)
        seen = api.retrieve(batch.id)
        check("batch: retrieved", seen.id == batch.id and seen.created_at == batch.created_at)
        check("batch: a day to live", (batch.expires_at - batch.created_at).total_seconds()
              == 86400)
        ended = wait(api, batch.id)
        counts = ended.request_counts
        check("batch: counts", (counts.succeeded, counts.errored, counts.processing, counts.canceled,
                                counts.expired) == (2, 2, 0, 0, 0), ended)
        check("batch: address of the results", ended.results_url ==
              f"{ARGUMENTS.url}/v1/messages/batches/{batch.id}/results", ended)
        results = {line.custom_id: line for line in api.results(batch.id)}
        check("batch: results", set(results) == {r["custom_id"] for r in requests}
              and all(extras(line) == [] for line in results.values()), results)
        good = results["good-1"].result
        check("batch: a message", good.type == "succeeded" and good.message.type == "message"
              and good.message.usage.service_tier == "batch", good)
        check("batch: its tools", ends_with_call(results["tools"].result.message),
              results["tools"])
        check("batch: an unknown model", results["bad-model"].result.error.error.type
              == "not_found_error", results["bad-model"])
        check("batch: bad parameters", results["bad_params"].result.error.error.type
              == "invalid_request_error", results["bad_params"])
        page = api.list(limit=1)
        check("batch: newest first", page.data[0].id == batch.id, page)
        check("batch: all pages", batch.id in [one.id for one in api.list(limit=1)])
        check("batch: canceling an ended one changes nothing",
              api.cancel(batch.id).processing_status == "ended")
        gone = api.delete(batch.id)
        check("batch: deleted", gone.id == batch.id and gone.type == "message_batch_deleted", gone)
        refused("batch: after deletion", 404, lambda: api.retrieve(batch.id))
    long = [{"custom_id": f"c{number}", "params": dict(params, max_tokens=2000, messages=[
        {"role": "user", "content": f"Count to a million, {number}."}])} for number in range(300)]
    batch = client.messages.batches.create(requests=long)
    refused("batch: deletion before the end", 400,
            lambda: client.messages.batches.delete(batch.id), ["cancel"])
    status, _, data = post(f"/v1/messages/batches/{batch.id}/results", None, method="GET")
    check("batch: no results before the end", status == 400, (status, data))
    start = time.monotonic()
    client.messages.create(**body(max_tokens=1))
    check("batch: live requests come first", time.monotonic() - start < 30,
          time.monotonic() - start)
    canceling = client.messages.batches.cancel(batch.id)
    check("batch: canceling", canceling.processing_status in ("canceling", "ended")
          and canceling.cancel_initiated_at is not None, canceling)
    start = time.monotonic()
    ended = wait(client.messages.batches, batch.id)
    check("batch: canceled promptly", time.monotonic() - start < 20, time.monotonic() - start)
    results = list(client.messages.batches.results(batch.id))
    check("batch: all are accounted for", len(results) == 300
          and ended.request_counts.canceled == sum(r.result.type == "canceled" for r in results)
          and ended.request_counts.canceled >= 298, ended)
    client.messages.batches.delete(batch.id)
    for name in ("msgbatch_1", "x", "msgbatch_..", "..%2f..%2fetc%2fpasswd", "msgbatch_%00",
                 "lock", "msgbatch_" + "a" * 5000):
        status, headers, data = post(f"/v1/messages/batches/{name}", None, method="GET")
        check(f"batch {name[:20]} is 404", status == 404
              and json.loads(data)["error"]["type"] == "not_found_error", (status, data[:200]))
    for content in ({}, {"requests": []}, {"requests": [{"custom_id": "a/b", "params": params}]},
                    {"requests": [{"custom_id": "a", "params": params}] * 2}):
        refused(f"batch {str(content)[:40]}", 400, lambda: client.post(
            "/v1/messages/batches", body=content, cast_to=object), ["requests"])


def wait(api, name):
    for _ in range(600):
        batch = api.retrieve(name)
        if batch.processing_status == "ended":
            return batch
        time.sleep(0.2)
    check("batch: ends", False, batch)
    return batch


def together():
    """The asynchronous client, several requests at a time."""
    async def run():
        async with make_client(anthropic.AsyncAnthropic) as client:
            async def one(number):
                if number % 3 == 0:
                    return await client.messages.create(**body(max_tokens=5))
                if number % 3 == 1:
                    async with client.messages.stream(**body(max_tokens=5)) as stream:
                        async for _ in stream:
                            pass
                        return await stream.get_final_message()
                events_of = await client.messages.create(**body(max_tokens=5), stream=True)
                return [event async for event in events_of]
            found = await asyncio.gather(*(one(number) for number in range(12)))
            check("together: all answered", len(found) == 12 and all(found), found)
            count = await client.messages.count_tokens(model=ARGUMENTS.model, messages=HI)
            check("together: count", count.input_tokens > 0, count)
            check("together: models", [m async for m in client.models.list()] != [])
            batch = await client.messages.batches.create(requests=[
                {"custom_id": "a", "params": {"model": ARGUMENTS.model, "max_tokens": 2,
                                              "messages": HI}}])
            while (await client.messages.batches.retrieve(batch.id)).processing_status != "ended":
                await asyncio.sleep(0.1)
            lines = [line async for line in await client.messages.batches.results(batch.id)]
            check("together: batch", [line.result.type for line in lines] == ["succeeded"], lines)
            await client.messages.batches.delete(batch.id)
    asyncio.run(run())


SECTIONS = [messages, tools, thinking, structure, counts, refusals, errors, models, cancellation,
            batches, together]


def main():
    global ARGUMENTS
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:11434")
    parser.add_argument("--model", default="demo")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--conversations", type=int, default=20)
    parser.add_argument("--only", nargs="*", choices=[s.__name__ for s in SECTIONS])
    ARGUMENTS = parser.parse_args()
    for section in SECTIONS:
        if ARGUMENTS.only and section.__name__ not in ARGUMENTS.only:
            continue
        start = time.monotonic()
        try:
            section()
        except Exception as error:  # the rest is still worth knowing
            check(section.__name__, False, f"{type(error).__name__}: {error}")
        print(f"{section.__name__}: {time.monotonic() - start:.1f} s", flush=True)
    print(f"{CHECKS} checks, {FAILURES} failed, anthropic {anthropic.__version__}")
    return min(FAILURES, 100)


if __name__ == "__main__":
    sys.exit(main())
