"""Calls of tools."""

import json
from typing import Literal

import openai
import pydantic

ASK = [{"role": "user", "content": "What is the weather in Paris?"}]


def tool(name, **properties):
    return {"type": "function", "function": {
        "name": name, "description": f"Does {name}.", "strict": True, "parameters": {
            "type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}}}


TOOLS = [tool("get_weather", city={"enum": ["Paris", "Quito"]}),
         tool("add", a={"enum": [1, 2]}, b={"enum": [3]})]


class GetWeather(pydantic.BaseModel):
    city: Literal["Paris", "Quito"]


def run(report, client, model):
    def create(**settings):
        settings = {"model": model, "messages": ASK, "tools": TOOLS, "temperature": 0,
                    "parallel_tool_calls": False, "max_tokens": 200, **settings}
        return client.chat.completions.create(**settings)

    choices(report, create)
    streams(report, client, model, create)
    turns(report, client, model, create)
    legacy(report, client, model)


def called(answer):
    calls = answer.choices[0].message.tool_calls or []
    return [(call.function.name, json.loads(call.function.arguments)) for call in calls]


def choices(report, create):
    answer = create(tool_choice="required")
    names = [name for name, _ in called(answer)]
    report.check("required calls", names and set(names) <= {"get_weather", "add"}, answer)
    report.same("its reason", answer.choices[0].finish_reason, "tool_calls")
    report.same("no content beside it", answer.choices[0].message.content or None, None)
    named = {"type": "function", "function": {"name": "add"}}
    answer = create(tool_choice=named)
    report.check("a named tool is called", called(answer)
                 and all(name == "add" and isinstance(arguments["a"], int)
                         for name, arguments in called(answer)), answer)
    answer = create(tool_choice="none", max_tokens=60)
    report.same("none does not call", called(answer), [])
    allowed = {"type": "allowed_tools", "allowed_tools": {
        "mode": "required", "tools": [{"type": "function", "function": {"name": "add"}}]}}
    answer = create(tool_choice=allowed)
    report.check("allowed_tools", {name for name, _ in called(answer)} == {"add"}, answer)
    report.same("one call when not parallel", len(called(answer)), 1)
    answer = create(tool_choice="required", parallel_tool_calls=True)
    report.check("perhaps several when parallel", answer.choices[0].message.tool_calls, answer)
    report.check("auto", create(max_tokens=100).choices[0].finish_reason, "")


def streams(report, client, model, create):
    whole = create(tool_choice="required")
    chunks = list(create(tool_choice="required", stream=True))
    deltas = [call for c in chunks for call in c.choices[0].delta.tool_calls or []]
    report.same("ids come once", [d.index for d in deltas if d.id],
                list(range(len(called(whole)))))
    text = {}
    for delta in deltas:
        text[delta.index] = text.get(delta.index, "") + (delta.function.arguments or "")
    report.same("arguments in pieces", [json.loads(t) for t in text.values()],
                [arguments for _, arguments in called(whole)])
    report.check("in more than one", len(deltas) > 2 * len(text), len(deltas))
    with client.chat.completions.stream(model=model, messages=ASK, tools=[
            openai.pydantic_function_tool(GetWeather)], tool_choice="required",
                                        parallel_tool_calls=False) as events:
        kinds = [event.type for event in events]
        final = events.get_final_completion()
    report.check("helper: call events", "tool_calls.function.arguments.done" in kinds, kinds)
    parsed = final.choices[0].message.tool_calls[0].function.parsed_arguments
    report.check("helper: arguments parsed", isinstance(parsed, GetWeather), final)


def turns(report, client, model, create):
    answer = create(tool_choice="required", parallel_tool_calls=False)
    message = answer.choices[0].message
    history = ASK + [message.model_dump(exclude_none=True), {
        "role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "18 degrees"}]
    after = create(messages=history, max_tokens=60)
    report.check("the result is read", after.choices[0].message.role == "assistant", after)
    report.check("the turns are found in the cache",
                 after.usage.prompt_tokens_details.cached_tokens > 0, after.usage)
    parsed = client.chat.completions.parse(
        model=model, messages=ASK, tool_choice="required", parallel_tool_calls=False,
        tools=[openai.pydantic_function_tool(GetWeather)])
    report.check("parse of a call", isinstance(
        parsed.choices[0].message.tool_calls[0].function.parsed_arguments, GetWeather), parsed)


def legacy(report, client, model):
    functions = [t["function"] for t in TOOLS]
    answer = client.chat.completions.create(model=model, messages=ASK, functions=functions,
                                            function_call={"name": "add"})
    call = answer.choices[0].message.function_call
    report.same("function_call", (call.name, answer.choices[0].finish_reason),
                ("add", "function_call"))
    chunks = list(client.chat.completions.create(
        model=model, messages=ASK, functions=functions, function_call={"name": "add"}, stream=True))
    text = "".join(c.choices[0].delta.function_call.arguments or "" for c in chunks
                   if c.choices[0].delta.function_call)
    report.check("function_call in a stream", "a" in json.loads(text), text)
