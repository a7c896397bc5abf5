"""Streams as bytes: the rules of server-sent events, and OpenAI's own."""

import json

ASK = [{"role": "user", "content": "Hello, who are you?"}]


def run(report, client, model):
    tool = {"type": "function", "function": {"name": "f", "parameters": {
        "type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}}}
    usage = {"stream_options": {"include_usage": True}}
    for name, body in {
            "chat": {}, "chat with usage": usage, "three choices": {"n": 3, **usage},
            "a call": {"tools": [tool], "tool_choice": "required"}, "cut": {"max_tokens": 2},
            "log-probabilities": {"logprobs": True, "top_logprobs": 2}}.items():
        events = read(report, name, client, "chat/completions",
                      {"model": model, "messages": ASK, **body})
        chat(report, name, events, body)
    for name, body in {"text": {}, "two prompts": {"prompt": ["a", "b"], "n": 2, **usage},
                       "echo": {"echo": True}}.items():
        events = read(report, name, client, "completions",
                      {"model": model, "prompt": "The", "max_tokens": 4, **body})
        text(report, name, events, body)
    for name, body in {"response": {}, "response in pieces": {"max_output_tokens": 2}}.items():
        events = read(report, name, client, "responses", {"model": model, "input": "Hi", **body},
                      names=True)
        response_events(report, name, events)


def read(report, name, client, path, body, names=False):
    """The events of a stream, whose bytes must follow the rules."""
    with client._client.stream("POST", str(client.base_url) + path,
                               json={**body, "stream": True}) as response:
        kind = response.headers["content-type"]
        raw = b"".join(response.iter_raw())
    report.check(f"{name}: content type", kind.split(";")[0] == "text/event-stream", kind)
    problems, events = [], []
    data = raw.decode("utf-8")
    if "\r" in data or not data.endswith("\n\n"):
        problems.append("line ends")
    blocks = data.removesuffix("\n\n").split("\n\n")
    for place, block in enumerate(blocks):
        lines = block.split("\n")
        fields = [line.split(": ", 1) for line in lines if not line.startswith(":")]
        if any(len(field) != 2 or field[0] not in ("data", "event") for field in fields):
            problems.append(block)
            continue
        values = dict(fields)
        if not fields:
            continue
        if len(values) != len(fields) or "data" not in values:
            problems.append(block)
            continue
        if values["data"] == "[DONE]":
            if place != len(blocks) - 1 or names:
                problems.append("[DONE] out of place")
            continue
        event = json.loads(values["data"])
        if names and values.get("event") != event["type"] or not names and "event" in values:
            problems.append("name of the event")
        events.append(event)
    if not names and blocks[-1] != "data: [DONE]":
        problems.append("no [DONE]")
    report.check(f"{name}: lines", not problems, problems)
    return events


def chunks(events, body, object_):
    """Problems that chunks of any kind may have."""
    problems = []
    heads = {(e["id"], e["object"], e["created"], e["model"], e["system_fingerprint"])
             for e in events}
    if len(heads) != 1 or events[0]["object"] != object_:
        problems.append(f"heads {heads}")
    wanted = "stream_options" in body
    if wanted and (events[-1]["choices"] or not events[-1]["usage"]):
        problems.append("no usage at the end")
    for event in events[:-1] if wanted else events:
        if len(event["choices"]) != 1:
            problems.append(f"choices {event}")
        if event.get("usage", None if wanted else "absent") != (None if wanted else "absent"):
            problems.append("usage out of place")
    return problems


def chat(report, name, events, body):
    problems = chunks(events, body, "chat.completion.chunk")
    begun, ended, calls = [], set(), {}
    for event in events:
        for choice in event["choices"]:
            index, delta = choice["index"], choice["delta"]
            if index in ended:
                problems.append("text after the end")
            if index not in begun:
                begun.append(index)
                if delta.get("role") != "assistant":
                    problems.append("no role")
            elif "role" in delta:
                problems.append("a second role")
            for call in delta.get("tool_calls", []):
                known = calls.setdefault(index, [])
                if call["index"] == len(known):
                    known.append(call["id"])
                    if not call["function"]["name"] or call["type"] != "function":
                        problems.append(f"call {call}")
                elif call["index"] != len(known) - 1 or "id" in call:
                    problems.append(f"call {call}")
            if choice["finish_reason"]:
                ended.add(index)
                if delta:
                    problems.append("text with the end")
    count = body.get("n", 1)
    if begun != list(range(count)) or ended != set(range(count)):
        problems.append(f"choices {begun} {ended}")
    report.check(f"{name}: chunks", not problems, problems)


def text(report, name, events, body):
    problems = chunks(events, body, "text_completion")
    ended = [choice["index"] for event in events for choice in event["choices"]
             if choice["finish_reason"]]
    prompts = body.get("prompt", "x")
    count = body.get("n", 1) * (1 if isinstance(prompts, str) else len(prompts))
    if sorted(ended) != list(range(count)):
        problems.append(f"ends {ended}")
    report.check(f"{name}: chunks", not problems, problems)


def response_events(report, name, events):
    """Events in order, every item opened, filled and closed before the next one."""
    problems = []
    numbers = [event["sequence_number"] for event in events]
    if numbers != list(range(len(events))):
        problems.append(f"numbers {numbers}")
    kinds = [event["type"] for event in events]
    ends = [k for k in kinds if k in ("response.completed", "response.incomplete",
                                      "response.failed")]
    if kinds[0] != "response.created" or len(ends) != 1 or kinds[-1] != ends[0]:
        problems.append(f"kinds {kinds}")
    identifiers = {e["response"]["id"] for e in events if "response" in e}
    if len(identifiers) != 1:
        problems.append(f"identifiers {identifiers}")
    problems += items(events)
    report.check(f"{name}: events", not problems, problems)


def items(events):
    problems, done, current, grown = [], [], None, ""
    for event in events:
        kind = event["type"]
        if kind == "response.output_item.added":
            if current or event["output_index"] != len(done):
                problems.append(f"an item inside another {event}")
            current, grown = event["item"]["id"], ""
        elif kind == "response.output_item.done":
            if event["item"]["id"] != current:
                problems.append(f"another item ends {event}")
            done.append(event["item"])
            current = None
        elif "item_id" in event or "output_index" in event:
            if event.get("item_id") != current or event["output_index"] != len(done):
                problems.append(f"out of its item {event}")
            grown += event.get("delta", "")
            whole = event.get("text") if "text" in event else event.get("arguments")
            if kind.endswith(".done") and whole is not None and whole != grown:
                problems.append(f"pieces are not the whole {whole!r} {grown!r}")
    output = events[-1]["response"]["output"]
    if [item["id"] for item in output] != [item["id"] for item in done]:
        problems.append("the response has other items")
    return problems
