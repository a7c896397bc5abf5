#!/usr/bin/env python3
"""Feeds the frames of the OpenAI transcript tests to the types of the official Python client.

    pip install openai
    APUS_SHAPES=/tmp/shapes.jsonl swift test --filter OpenAI
    python3 openai_shapes.py /tmp/shapes.jsonl

Every line of the file is {"kind": ..., "values": [...]}. Values are validated strictly, and members
that the client's types do not have are failures unless listed in EXTRA. Streams also go through the
client's own accumulators. Every check is one line of output; the exit status is the number of
checks that failed.
"""

import json
import sys

from openai import NOT_GIVEN
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types import Completion, CreateEmbeddingResponse, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.conversations import Conversation
from openai.types.responses import Response, ResponseStreamEvent
from openai.types.responses.input_token_count_response import InputTokenCountResponse
from openai.types.responses.response_item_list import ResponseItemList
from openai.types.shared import ErrorObject
from pydantic import BaseModel, TypeAdapter

# What local servers add to OpenAI's messages.
EXTRA = {"reasoning", "reasoning_content"}
# What OpenAI's own answers have beyond the client's types.
EXTRA |= {"store", "frequency_penalty", "presence_penalty"}
FAILURES = 0


def check(name, problem):
    """Prints one line and counts failures."""
    global FAILURES
    FAILURES += bool(problem)
    print(("FAIL  " if problem else "ok    ") + name + (f"  {problem}" if problem else ""))


def extras(value):
    """Members that no type has, anywhere below a validated value."""
    if isinstance(value, BaseModel):
        found = set(value.model_extra or {}) - EXTRA
        for name in type(value).model_fields:
            found |= extras(getattr(value, name))
        return found
    if isinstance(value, list):
        return set().union(*(extras(item) for item in value)) if value else set()
    return set()


def strict(kind, value):
    adapter = TypeAdapter(kind)
    parsed = adapter.validate_json(json.dumps(value), strict=True)
    unknown = extras(parsed)
    if unknown:
        raise ValueError(f"unknown members {sorted(unknown)}")
    return parsed


def chat_stream(values):
    """Chunks through the client's accumulator, which wants complete answers."""
    chunks = [strict(ChatCompletionChunk, value) for value in values]
    state = ChatCompletionStreamState()
    for chunk in chunks:
        state.handle_chunk(chunk)
    reasons = [c.finish_reason for chunk in chunks for c in chunk.choices if c.finish_reason]
    if "length" not in reasons:
        state.get_final_completion()


def text_stream(values):
    for value in values:
        choices = [dict(choice) for choice in value["choices"]]
        for choice in choices:
            # The client's type has no null here, although OpenAI's own chunks do.
            choice["finish_reason"] = choice["finish_reason"] or "stop"
        strict(Completion, {**value, "choices": choices})


def response_stream(values):
    """Events in order, and the final response equal to the sum of its pieces."""
    numbers = [value["sequence_number"] for value in values]
    assert numbers == list(range(len(values))), numbers
    texts, done = {}, {}
    state = ResponseStreamState(input_tools=NOT_GIVEN, text_format=NOT_GIVEN)
    for value in values:
        event = strict(ResponseStreamEvent, value)
        state.handle_event(event)
        if event.type in ("response.output_text.delta", "response.reasoning_text.delta",
                          "response.reasoning_summary_text.delta",
                          "response.function_call_arguments.delta"):
            texts[event.item_id] = texts.get(event.item_id, "") + event.delta
        if event.type == "response.output_item.done":
            done[event.item.id] = event.item
    last = values[-1]
    if last["type"] == "error":
        return
    for item in last["response"]["output"]:
        assert done[item["id"]].type == item["type"]
        if item["type"] == "function_call":
            assert texts.get(item["id"], "") == item["arguments"]
        else:
            parts = item.get("content") or item["summary"]
            assert texts[item["id"]] == parts[0]["text"]


def each(kind):
    return lambda values: [strict(kind, value) for value in values]


KINDS = {
    "chat": each(ChatCompletion),
    "chat.chunks": chat_stream,
    "text": each(Completion),
    "text.chunks": text_stream,
    "embeddings": each(CreateEmbeddingResponse),
    "model": each(Model),
    "models": lambda values: [each(Model)(value["data"]) for value in values],
    "error": lambda values: [strict(ErrorObject, value["error"]) for value in values],
    "response": each(Response),
    "response.events": response_stream,
    "response.count": each(InputTokenCountResponse),
    "response.items": each(ResponseItemList),
    "conversation": each(Conversation),
}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    for number, line in enumerate(lines):
        problem = ""
        try:
            KINDS[line["kind"]](line["values"])
        except Exception as error:  # every failure is a line
            problem = f"{type(error).__name__}: {error}"
        check(f"{number} {line['kind']} ({len(line['values'])})", problem)
    sys.exit(min(FAILURES, 100))


main()
