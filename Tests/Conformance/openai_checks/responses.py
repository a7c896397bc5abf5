"""Responses: whole, as events, kept, structured."""

from typing import Literal

import openai
import pydantic

from .sse import response_events

TOOL = {"type": "function", "name": "get_weather", "description": "Weather", "strict": True,
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Paris", "Quito"]}},
                       "required": ["city"], "additionalProperties": False}}


class Weather(pydantic.BaseModel):
    city: Literal["Paris", "Quito"]
    degrees: Literal[9, 18, 27]


# A question with one answer.
JUST_A = {"input": "Hello", "reasoning": {"effort": "none"}, "text": {"format": {
    "type": "json_schema", "name": "x", "strict": True, "schema": {"enum": ["a"]}}}}


def ended(response):
    """Models that never end are cut."""
    return response.status in ("completed", "incomplete")


def run(report, client, model):
    def create(**settings):
        return client.responses.create(**{"model": model, "input": "Hello", "max_output_tokens": 64,
                                          **settings})

    basics(report, create)
    kept(report, client, create)
    stream(report, client, model, create)
    tools(report, client, model, create)
    structure(report, client, model)
    forms(report, create)
    refusals(report, create)


def basics(report, create):
    whole = create(instructions="Be short.", metadata={"a": "b"}, user="u", temperature=0,
                   top_p=0.5, prompt_cache_key="k", safety_identifier="s", service_tier="auto",
                   truncation="disabled", parallel_tool_calls=False, max_output_tokens=200)
    report.check("ended", ended(whole) and bool(whole.completed_at)
                 == (whole.status == "completed"), whole)
    report.check("id", whole.id.startswith("resp_"), whole.id)
    report.check("text", whole.output_text, whole)
    report.same("it repeats what was asked", (
        whole.instructions, whole.metadata, whole.user, whole.temperature, whole.top_p,
        whole.prompt_cache_key, whole.safety_identifier, whole.truncation,
        whole.parallel_tool_calls, whole.max_output_tokens),
        ("Be short.", {"a": "b"}, "u", 0, 0.5, "k", "s", "disabled", False, 200))
    usage = whole.usage
    report.check("usage adds up", usage.total_tokens == usage.input_tokens + usage.output_tokens
                 and usage.input_tokens_details.cached_tokens <= usage.input_tokens, usage)
    plain = create(metadata=None, tools=None, tool_choice=None, instructions=None, text=None)
    report.same("null is the default", (plain.metadata, plain.tools, plain.tool_choice),
                ({}, [], "auto"))
    bare = create(tools=[{"type": "function", "name": "f"}], tool_choice="none")
    report.same("a tool with a name only", bare.tools[0].name, "f")
    cut = create(max_output_tokens=2)
    report.same("a cut response", (cut.status, cut.incomplete_details.reason),
                ("incomplete", "max_output_tokens"))
    thought = create(reasoning={"effort": "high", "summary": "auto"})
    has = any(item.type == "reasoning" for item in thought.output)
    counted = thought.usage.output_tokens_details.reasoning_tokens
    report.check("reasoning is counted", has == (counted > 0), (thought.output, thought.usage))
    sealed = create(store=False, include=["reasoning.encrypted_content"])
    items = [item.model_dump(include={"type", "id", "summary", "encrypted_content"})
             for item in sealed.output if item.type == "reasoning"]
    report.check("reasoning that is only passed back", all(
        item["encrypted_content"] for item in items) and create(input=[
            {"role": "user", "content": "Hello"}, *items, sealed.output[-1].model_dump(),
            {"role": "user", "content": "And?"}]) is not None, items)
    off = create(reasoning={"effort": "none"})
    report.same("no effort, no reasoning", (
        [item.type for item in off.output], off.usage.output_tokens_details.reasoning_tokens),
        (["message"], 0))
    logs = create(include=["message.output_text.logprobs"], top_logprobs=2,
                  reasoning={"effort": "none"}, max_output_tokens=6)
    entries = logs.output[-1].content[0].logprobs
    report.check("logprobs", entries and all(len(e.top_logprobs) == 2 for e in entries), logs)


def kept(report, client, create):
    first = create(input="My name is Ann.")
    report.same("retrieve", client.responses.retrieve(first.id).model_dump(), first.model_dump())
    report.same("include is known", client.responses.retrieve(
        first.id, include=["reasoning.encrypted_content"]).id, first.id)
    items = client.responses.input_items.list(first.id)
    report.same("input items", [i.content[0].text for i in items], ["My name is Ann."])
    second = create(input="What is my name?", previous_response_id=first.id)
    report.check("it goes on", second.previous_response_id == first.id
                 and second.usage.input_tokens > first.usage.input_tokens, second.usage)
    by_reference = create(input=[{"type": "item_reference", "id": first.output[-1].id},
                                 {"role": "user", "content": "And?"}])
    report.check("an item by its id", ended(by_reference), by_reference)
    report.refused("no such item", lambda: create(input=[{"type": "item_reference", "id": "x"}]),
                   openai.BadRequestError, "input[0].id")
    loose = create(store=False)
    report.refused("not kept", lambda: client.responses.retrieve(loose.id), openai.NotFoundError)
    report.same("delete", client.responses.delete(first.id), None)
    for name, call in {"retrieve": client.responses.retrieve, "delete": client.responses.delete,
                       "cancel": client.responses.cancel,
                       "input items": client.responses.input_items.list}.items():
        report.refused(f"{name} what is gone", lambda: call(first.id), openai.NotFoundError)
    report.refused("go on from what is gone", lambda: create(previous_response_id=first.id),
                   openai.BadRequestError, "previous_response_id", "previous_response_not_found")


def stream(report, client, model, create):
    settings = dict(temperature=0, reasoning={"effort": "none"})
    whole = create(**settings)
    events = list(create(**settings, stream=True))
    response_events(report, "text", [e.model_dump() for e in events])
    report.same("pieces are the whole", "".join(
        e.delta for e in events if e.type == "response.output_text.delta"), whole.output_text)
    report.same("names of the events", [e.type for e in events if not e.type.endswith("delta")], [
        "response.created", "response.in_progress", "response.output_item.added",
        "response.content_part.added", "response.output_text.done", "response.content_part.done",
        "response.output_item.done", "response." + whole.status])
    last = client.responses.retrieve(events[-1].response.id)
    report.same("kept after a stream", last.output_text,
                whole.output_text)
    for summary in [None, "auto"]:
        reasoned = list(create(stream=True, reasoning={"effort": "high", "summary": summary}))
        response_events(report, f"reasoning, summary {summary}",
                        [e.model_dump() for e in reasoned])
    cut = list(create(stream=True, max_output_tokens=2))
    report.same("a cut stream ends so", cut[-1].type, "response.incomplete")
    padded = list(create(stream=True, stream_options={"include_obfuscation": True}))
    report.check("obfuscation", all(getattr(e, "obfuscation", None) for e in padded
                                    if e.type.endswith(".delta")), padded[4])
    with client.responses.stream(model=model, temperature=0, **JUST_A) as helper:
        kinds = [event.type for event in helper]
        final = helper.get_final_response()
    report.check("helper", kinds[-1] == "response.completed" and final.output_text == '"a"', kinds)


def tools(report, client, model, create):
    settings = dict(input="What is the weather in Paris?", tools=[TOOL], temperature=0,
                    max_output_tokens=200, parallel_tool_calls=False)
    whole = create(**settings, tool_choice="required")
    calls = [item for item in whole.output if item.type == "function_call"]
    report.check("a call", calls and calls[0].name == "get_weather", whole.output)
    named = create(**settings, tool_choice={"type": "function", "name": "get_weather"})
    report.check("a named call", named.output[-1].type == "function_call", named.output)
    allowed = create(**settings, tool_choice={
        "type": "allowed_tools", "mode": "required",
        "tools": [{"type": "function", "name": "get_weather"}]})
    report.check("allowed tools", allowed.output[-1].type == "function_call", allowed.output)
    events = list(create(**settings, tool_choice="required", stream=True))
    response_events(report, "call", [e.model_dump() for e in events])
    result = {"type": "function_call_output", "call_id": calls[0].call_id, "output": "18 degrees"}
    after = create(input=[result], previous_response_id=whole.id, tools=[TOOL])
    report.check("its result", ended(after), after)
    by_hand = create(input=[{"role": "user", "content": "Weather in Paris?"},
                            *[item.model_dump() for item in whole.output], result], tools=[TOOL])
    report.check("items come back as they went", ended(by_hand), by_hand)
    with client.responses.stream(model=model, input=settings["input"], tool_choice="required",
                                 parallel_tool_calls=False, reasoning={"effort": "none"},
                                 tools=[openai.pydantic_function_tool(Weather)]) as helper:
        for _ in helper:
            pass
        final = helper.get_final_response()
    parsed = [i.parsed_arguments for i in final.output if i.type == "function_call"]
    report.check("helper parses arguments", parsed and isinstance(parsed[0], Weather), final)


def structure(report, client, model):
    parsed = client.responses.parse(model=model, input="Weather in Quito?", text_format=Weather,
                                    reasoning={"effort": "none"})
    report.check("parse", isinstance(parsed.output_parsed, Weather), parsed)
    with client.responses.stream(model=model, input="Weather?", text_format=Weather,
                                 reasoning={"effort": "none"}) as helper:
        for _ in helper:
            pass
        final = helper.get_final_response()
    report.check("parse of a stream", isinstance(final.output_parsed, Weather), final)
    answer = client.responses.create(model=model, input="JSON, please.", max_output_tokens=300,
                                     reasoning={"effort": "none"},
                                     text={"format": {"type": "json_object"}})
    report.check("json_object", answer.output_text.lstrip().startswith("{"), answer.output_text)


def forms(report, create):
    answer = create(input=[
        {"role": "system", "content": "Be short."},
        {"role": "developer", "content": [{"type": "input_text", "text": "Be kind."}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"role": "assistant", "content": "Hello."},
        {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [
            {"type": "output_text", "text": "Yes?", "annotations": []},
            {"type": "refusal", "refusal": "No."}]},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": [
            {"type": "input_text", "text": "3"}]},
        {"role": "user", "content": "Go on."}], max_output_tokens=8)
    report.check("every form of item", answer.status in ("completed", "incomplete"), answer)
    long = [{"role": "user", "content": f"Number {n}. " + "word " * 300} for n in range(6)]
    answer = create(input=long, truncation="auto", max_output_tokens=4)
    report.check("truncation auto drops the oldest turns", answer.usage.input_tokens > 0, answer)


def refusals(report, create):
    bad, code = openai.BadRequestError, "unsupported_value"
    report.refused("prompt", lambda: create(prompt={"id": "p"}), bad, "prompt", code)
    report.refused("web search", lambda: create(tools=[{"type": "web_search"}]), bad,
                   "tools[0].type", code)
    report.refused("custom tools", lambda: create(tools=[{"type": "custom", "name": "x"}]), bad,
                   "tools[0].type", code)
    report.refused("a hosted choice", lambda: create(tool_choice={"type": "file_search"}), bad,
                   "tool_choice.type", "invalid_value")
    report.refused("context management", lambda: create(
        context_management=[{"type": "compaction"}]), bad, "context_management", code)
    report.refused("an image", lambda: create(input=[{"role": "user", "content": [
        {"type": "input_image", "image_url": "https://example.com/x.png", "detail": "auto"}]}]),
        bad, "input[0].content[0].type", code)
    report.refused("an item that is none", lambda: create(input=[{"type": "computer_call"}]), bad,
                   "input[0].type", "invalid_value")
    report.refused("verbosity", lambda: create(text={"verbosity": "low"}), bad, "text.verbosity",
                   "invalid_value")
    report.refused("include", lambda: create(include=["x"]), bad, "include[0]", "invalid_value")
    report.refused("both ways to go on", lambda: create(
        previous_response_id="resp_1", conversation="conv_1"), bad, "previous_response_id",
        "mutually_exclusive_parameters")
