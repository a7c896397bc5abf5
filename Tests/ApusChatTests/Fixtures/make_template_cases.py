"""Writes TemplateCases.json: conversations, and what public templates make of them.

Run in this folder, with the templates of the conformance data:
    python3 make_template_cases.py ../../../../shared/data/jinja
"""
import copy
import json
import pathlib
import sys

from reference import render

WEATHER = {
    "type": "function", "name": "get_weather", "description": "Weather of a place, in °C & \"more\".",
    "parameters": {
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "City, e.g. São Paulo"},
            "unit": {"type": "string", "enum": ["c", "f"], "default": "c"},
        },
        "required": ["location"],
    },
}
SEARCH = {
    "type": "function", "name": "search", "description": "Looks things up.\nTwo lines.",
    "parameters": {
        "type": "object",
        "properties": {
            "query": {"type": "string", "nullable": True},
            "limit": {"type": "integer", "description": "How many", "default": 10},
            "scores": {"type": "array", "items": {"type": "number"}},
            "tags": {"type": "array", "items": {"type": "string"}},
            "kind": {"type": ["string", "null"]},
            "either": {"oneOf": [{"type": "string"}, {"type": "number", "default": 1.5}]},
            "filter": {
                "type": "object",
                "properties": {"z": {"type": "boolean"}, "a": {"type": "string"}},
                "required": ["z"],
                "additionalProperties": False,
            },
            "$ref": {"$ref": "#/x"},
        },
        "required": [],
        "minProperties": 1,
    },
}
PLAIN = {"type": "function", "name": "now", "parameters": {"type": "object", "properties": {}}}


def message(role, content="", **more):
    return {"role": role, "content": content, "toolCalls": []} | more


def call(identifier, name, **arguments):
    return {"id": identifier, "name": name, "arguments": arguments}


SYSTEM = message("system", "You are terse.")
HELLO = message("user", "Hello!")
ASK = message("user", "What is the weather in Paris?")
CALL = message("assistant", toolCalls=[call("abcd12345", "get_weather", location="Paris", unit="c")])
RESULT = message(
    "tool", '{"temp": 21, "sky": "clear"}', toolName="get_weather", toolCallID="abcd12345")
ANSWER = message("assistant", "It is 21 °C.")

conversations = {
    "user": {"messages": [HELLO]},
    "system": {"messages": [SYSTEM, HELLO]},
    "turns": {"messages": [HELLO, message("assistant", "Hi."), message("user", "How are you?")]},
    "system and turns": {"messages": [
        SYSTEM, HELLO, message("assistant", "Hi."), message("user", "And?"),
        message("assistant", "Fine."), message("user", "Good.")]},
    "white space": {"messages": [
        message("system", "\n  S \n"), message("user", "  a\n\nb\t\n"),
        message("assistant", "\n\n x \n"), message("user", "\u00a0y\u2003")]},
    "other scripts": {"messages": [
        message("user", "日本語 😀 e\u0301 é \"quoted\" 'single' \\ back <b>&amp; {{ x }} {% y %}"),
        message("assistant", "ok ﬁ"), message("user", "Ω<|im_end|>")]},
    "empty": {"messages": [message("user", "")]},
    "no messages": {"messages": []},
    "two systems": {"messages": [SYSTEM, message("system", "Be nice."), HELLO]},
    "two users": {"messages": [HELLO, message("user", "Again.")]},
    "late system": {"messages": [HELLO, message("assistant", "Hi."), SYSTEM, HELLO]},
    "developer": {"messages": [message("developer", "Be brief."), HELLO]},
    "tools": {"messages": [ASK], "tools": [WEATHER]},
    "tools and system": {"messages": [SYSTEM, ASK], "tools": [WEATHER, SEARCH]},
    "bare tool": {"messages": [ASK], "tools": [PLAIN]},
    "nested schema": {"messages": [ASK], "tools": [SEARCH]},
    "called": {"messages": [ASK, CALL], "tools": [WEATHER]},
    "result": {"messages": [SYSTEM, ASK, CALL, RESULT], "tools": [WEATHER]},
    "result without tools": {"messages": [ASK, CALL, RESULT]},
    "answered": {"messages": [
        ASK, CALL, RESULT, ANSWER, message("user", "Thanks. And tomorrow?")], "tools": [WEATHER]},
    "parallel": {"messages": [
        ASK, message("assistant", "Both:", toolCalls=[
            call("abcd12345", "get_weather", location="Paris"),
            call("abcd12346", "search", query="a\"b\\c\n", limit=3, filter={"z": True, "a": None})]),
        RESULT, message("tool", "nothing found", toolName="search", toolCallID="abcd12346")],
        "tools": [WEATHER, SEARCH]},
    "agent": {"messages": [
        SYSTEM, ASK,
        message("assistant", "", thinking="I need the weather.", toolCalls=CALL["toolCalls"]), RESULT,
        message("assistant", "Let me search.", thinking="More.\nLines.", toolCalls=[
            call("abcd12347", "search", query="π", scores=[1.5, 2, -3e-7], tags=[])]),
        message("tool", "[]", toolName="search", toolCallID="abcd12347"),
        message("assistant", "Done.", thinking="Good."), message("user", "More!")],
        "tools": [WEATHER, SEARCH], "thinking": {"on": {}}},
    "odd ids": {"messages": [
        ASK, message("assistant", toolCalls=[call("call_1", "get_weather", location="Rome")]),
        message("tool", "hot", toolCallID="call_1")], "tools": [WEATHER]},
    "no arguments": {"messages": [
        ASK, message("assistant", toolCalls=[call("abcd12345", "now")]),
        message("tool", "12:00", toolCallID="abcd12345")], "tools": [PLAIN]},
    "thinking on": {"messages": [HELLO], "thinking": {"on": {}}},
    "thinking off": {"messages": [SYSTEM, HELLO], "thinking": {"off": {}}},
    "low effort": {"messages": [HELLO], "thinking": {"effort": {"_0": "low"}}},
    "thoughts": {"messages": [
        HELLO, message("assistant", "Hi.", thinking="A greeting."), message("user", "Again.")]},
    "thoughts in text": {"messages": [
        HELLO, message("assistant", "<think>\nA greeting.\n</think>\n\nHi."),
        message("user", "Again.")], "thinking": {"off": {}}},
    "no-think marker": {"messages": [message("system", "/no_think Be terse."), HELLO]},
    "prefill": {"messages": [HELLO, message("assistant", "Sure, the answer is")]},
    "prefill with space": {"messages": [SYSTEM, HELLO, message("assistant", "Sure: ")]},
    "prefill after thinking": {"messages": [
        HELLO, message("assistant", "So", thinking="Hm.")], "thinking": {"on": {}}},
    "prefill without thinking": {"messages": [
        HELLO, message("assistant", "So")], "thinking": {"off": {}}},
}


def variables(conversation, adds_prompt):
    messages = []
    for item in conversation["messages"]:
        out = {"role": item["role"], "content": item["content"]}
        if "thinking" in item:
            out["reasoning_content"] = out["thinking"] = item["thinking"]
        if item["toolCalls"]:
            out["tool_calls"] = [
                {"id": c["id"], "type": "function",
                 "function": {"name": c["name"], "arguments": c["arguments"]}}
                for c in item["toolCalls"]]
        if "toolName" in item:
            out["name"] = item["toolName"]
        if "toolCallID" in item:
            out["tool_call_id"] = item["toolCallID"]
        messages.append(out)
    tools = []
    for tool in conversation.get("tools", []):
        function = {k: tool[k] for k in ("name", "description", "parameters") if k in tool}
        tools.append({"type": "function", "function": function})
    result = {"messages": messages, "tools": tools or None, "add_generation_prompt": adds_prompt}
    thinking = conversation.get("thinking")
    if thinking:
        result["enable_thinking"] = result["thinking"] = "off" not in thinking
        if "effort" in thinking:
            result["reasoning_effort"] = thinking["effort"]["_0"]
    return result


def expected(source, conversation):
    """The text for one conversation, as `apply_chat_template` gives it."""
    last = conversation["messages"][-1] if conversation["messages"] else {"role": ""}
    if last["role"] != "assistant" or last["toolCalls"]:
        return render(source, variables(conversation, True))
    # `continue_final_message`
    tag = "CONTINUE_FINAL_MESSAGE_TAG "
    tagged = copy.deepcopy(conversation)
    tagged["messages"][-1]["content"] += tag
    text = render(source, variables(tagged, False))
    if text is None or tag.strip() not in text:
        return None
    at = text.rindex(tag.strip())
    return text[:at] if text[at:at + len(tag)] == tag else text[:at].rstrip()


folder = pathlib.Path(sys.argv[1])
templates = {}
for path in sorted(folder.glob("*.jinja")):
    source = path.read_text(encoding="utf-8")
    templates[path.name] = [
        {"prompt": expected(source, conversation)} | (
            {"closed": render(source, variables(conversation, False))}
            if conversation["messages"] and conversation["messages"][-1]["role"] == "assistant"
            else {})
        for conversation in conversations.values()]
cases = [{"name": name, "variables": variables(value, True),
          "conversation": {"tools": []} | value} for name, value in conversations.items()]
with open("TemplateCases.json", "w", encoding="utf-8") as file:
    json.dump({"cases": cases, "templates": templates}, file, ensure_ascii=False, indent=0)
for name, results in templates.items():
    print(name, sum(r["prompt"] is None for r in results), "raise of", len(results))
