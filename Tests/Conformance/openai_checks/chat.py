"""Chat: whole answers, streams, structured output, reasoning."""

import json
from typing import Literal

import openai
import pydantic

HELLO = [{"role": "user", "content": "Hello, who are you?"}]


class Weather(pydantic.BaseModel):
    city: Literal["Paris", "Quito"]
    degrees: Literal[9, 18, 27]
    windy: bool


def run(report, client, model):
    whole = basics(report, client, model)
    stream(report, client, model, whole)
    structure(report, client, model)
    reasoning(report, client, model)
    messages(report, client, model)
    accepted(report, client, model)


def basics(report, client, model):
    raw = client.chat.completions.with_raw_response.create(model=model, messages=HELLO,
                                                           max_tokens=99)
    report.check("is JSON", raw.headers["content-type"] == "application/json", raw.headers)
    whole = raw.parse()
    report.check("a request id", (whole._request_id or "").startswith("req_"), whole._request_id)
    choice = whole.choices[0]
    report.same("object", whole.object, "chat.completion")
    report.check("id", whole.id.startswith("chatcmpl-"), whole.id)
    report.same("model", whole.model, model)
    report.check("fingerprint", whole.system_fingerprint.startswith("fp_"), whole)
    report.same("one choice", [c.index for c in whole.choices], [0])
    report.same("role", choice.message.role, "assistant")
    report.check("content", choice.message.content, choice)
    report.check("reason", choice.finish_reason in ("stop", "length"), choice)
    usage(report, whole.usage)
    long = [{"role": "user", "content": "Once more: " * 40 + "hello."}]
    again = [client.chat.completions.create(model=model, messages=long, max_tokens=1)
             for _ in range(2)][1]
    cached = again.usage.prompt_tokens_details.cached_tokens
    report.check("the prompt is found in the cache", 0 < cached < again.usage.prompt_tokens,
                 again.usage)
    report.same("same answer at temperature 0",
                *(client.chat.completions.create(model=model, messages=HELLO, temperature=0,
                                                 max_tokens=99)
                  .choices[0].message.content for _ in range(2)))
    return whole


def usage(report, usage):
    report.check("usage adds up", usage.prompt_tokens > 0 and usage.completion_tokens > 0
                 and usage.total_tokens == usage.prompt_tokens + usage.completion_tokens, usage)
    details = usage.completion_tokens_details
    report.check("reasoning is part of the answer",
                 0 <= details.reasoning_tokens <= usage.completion_tokens, usage)


def stream(report, client, model, whole):
    settings = dict(model=model, messages=HELLO, temperature=0, max_tokens=99)
    expected = client.chat.completions.create(**settings)
    chunks = list(client.chat.completions.create(
        **settings, stream=True, stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    report.same("pieces are the whole", text, expected.choices[0].message.content)
    report.same("ids are one", len({(c.id, c.created, c.model) for c in chunks}), 1)
    report.same("the role comes first", chunks[0].choices[0].delta.role, "assistant")
    report.same("and once", sum(c.choices[0].delta.role is not None for c in chunks if c.choices),
                1)
    report.check("usage is last and alone", chunks[-1].choices == [] and chunks[-1].usage
                 and all(c.usage is None for c in chunks[:-1]), chunks[-1])
    report.same("usage is the same", chunks[-1].usage.completion_tokens,
                expected.usage.completion_tokens)
    plain = list(client.chat.completions.create(**settings, stream=True))
    report.check("no usage unless asked", all(c.usage is None for c in plain)
                 and all(c.choices for c in plain), plain[-1])
    padded = list(client.chat.completions.create(
        **settings, stream=True, stream_options={"include_obfuscation": True}))
    report.check("obfuscation on request", all(c.obfuscation for c in padded), padded[0])
    report.check("none by default", all(c.obfuscation is None for c in plain), plain[0])
    with client.chat.completions.stream(**settings) as events:
        kinds = [event.type for event in events]
    report.check("helper has events", "content.delta" in kinds and "content.done" in kinds, kinds)
    try:
        final = events.get_final_completion().choices[0].message.content
    except openai.LengthFinishReasonError as error:
        final = error.completion.choices[0].message.content
    report.same("helper has the whole", final, text)


def structure(report, client, model):
    ask = [{"role": "user", "content": "Weather in Quito?"}]
    parsed = client.chat.completions.parse(model=model, messages=ask, response_format=Weather)
    report.check("parse", isinstance(parsed.choices[0].message.parsed, Weather), parsed)
    with client.chat.completions.stream(
            model=model, messages=ask, response_format=Weather) as events:
        for _ in events:
            pass
        final = events.get_final_completion()
    report.check("parse of a stream", isinstance(final.choices[0].message.parsed, Weather), final)
    answer = client.chat.completions.create(
        model=model, messages=ask, response_format={"type": "json_object"}, max_tokens=400)
    if answer.choices[0].finish_reason == "stop":
        report.check("json_object", isinstance(json.loads(answer.choices[0].message.content), dict),
                     answer)
    schema = {"type": "object", "properties": {"n": {"enum": [7]}}, "required": ["n"],
              "additionalProperties": False}
    answer = client.chat.completions.create(
        model=model, messages=ask, response_format={
            "type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}})
    report.same("json_schema", json.loads(answer.choices[0].message.content), {"n": 7})
    answer = client.chat.completions.create(model=model, messages=ask,
                                            response_format={"type": "text"}, max_tokens=50)
    report.check("text", answer.choices[0].message.content, answer)


def reasoning(report, client, model):
    settings = dict(model=model, messages=HELLO, max_tokens=60)
    off = client.chat.completions.create(**settings, reasoning_effort="none")
    report.same("effort none does not reason",
                (off.usage.completion_tokens_details.reasoning_tokens,
                 getattr(off.choices[0].message, "reasoning_content", None)), (0, None))
    for effort in ["minimal", "low", "medium", "high", "xhigh", "max"]:
        on = client.chat.completions.create(**settings, reasoning_effort=effort)
        thought = getattr(on.choices[0].message, "reasoning_content", None)
        counted = on.usage.completion_tokens_details.reasoning_tokens
        report.check(f"effort {effort} counts its reasoning", bool(thought) == (counted > 0)
                     and counted <= on.usage.completion_tokens, (thought, on.usage))


def messages(report, client, model):
    history = [
        {"role": "developer", "content": [{"type": "text", "text": "Be short."}]},
        {"role": "user", "name": "ann", "content": "Hi"},
        {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]},
        {"role": "assistant", "refusal": "I will not.", "content": None},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "2"}]},
        {"role": "assistant", "content": "", "function_call": {"name": "g", "arguments": ""}},
        {"role": "function", "name": "g", "content": "3"},
        {"role": "user", "content": "Thanks"},
    ]
    answer = client.chat.completions.create(model=model, messages=history, max_tokens=8)
    report.check("every role and form of content", answer.choices[0].message.role == "assistant",
                 answer)


def accepted(report, client, model):
    answer = client.chat.completions.create(
        model=model, messages=HELLO, user="u", metadata={"a": "b"}, store=False,
        service_tier="auto", safety_identifier="s", prompt_cache_key="k",
        prompt_cache_retention="24h", verbosity="medium", modalities=["text"],
        prediction={"type": "content", "content": "x"}, max_completion_tokens=4,
        extra_headers={"OpenAI-Organization": "o"}, extra_body={"future": {"a": [1]}})
    report.check("fields without effect", answer.usage.completion_tokens <= 4, answer)
    report.same("service tier", answer.service_tier, "default")
