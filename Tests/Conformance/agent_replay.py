#!/usr/bin/env python3
"""How much of an agent's prompts a running server reads again, turn after turn.

    agent_replay.py --url http://127.0.0.1:11434 --model demo [--turns 100] [--api messages chat]
                    [--words 200] [--thinking] [--at-least 0.9] [--show]
    agent_replay.py --stretch demo.gguf long.gguf [--context 32768] [--no-thinking]

An agent with three tools talks to /v1/messages and to /v1/chat/completions. As agents do, it opens its
system message with a billing header that changes with every request, and sends the model's calls back
written anew: members in another order, other white space. Each turn the model has to call a tool (with
--thinking it reasons first, and is free to call), and the tool's result follows.

For each API one line: prompt tokens of all turns, how many of them came from the cache, the smallest
share of a turn after the first, how much of what the turn before had computed was used again, and how
many requests were refused. Exit status 1 when one was, or when a share is below --at-least.

The second form copies a GGUF model with another context length in its metadata, so that 100 turns fit
the demo model (1,024 positions by itself; what it says beyond them is nonsense, and always a valid
call). --no-thinking takes the switch for reasoning out of its template. Only the standard library is
needed.
"""
import argparse
import json
import struct
import sys
import urllib.error
import urllib.request

TOOLS = [
    ("get_weather", "Get the weather of a city", {
        "city": {"type": "string", "enum": ["Paris", "London", "Rome", "Oslo", "Quito"]},
        "days": {"type": "integer", "minimum": 1, "maximum": 7}}),
    ("read_lines", "Read lines of a file", {
        "path": {"type": "string", "enum": ["main.swift", "README.md", "a.txt"]},
        "first": {"type": "integer", "minimum": 1, "maximum": 99},
        "last": {"type": "integer", "minimum": 1, "maximum": 99}}),
    ("set_light", "Switch a light", {
        "room": {"type": "string", "enum": ["kitchen", "hall"]}, "on": {"type": "boolean"}}),
]
ANSWERS = ["18 degrees, clear sky", "import Glibc", "done", "no such file", "12 degrees, rain"]


def schema(properties):
    return {"type": "object", "properties": properties, "required": list(properties)}


def rewritten(value):
    """The same JSON value with the members of objects the other way round."""
    if isinstance(value, dict):
        return {key: rewritten(value[key]) for key in reversed(value)}
    return [rewritten(item) for item in value] if isinstance(value, list) else value


def system(turn, words, name):
    """A billing header as Claude Code sends it, and instructions that stay.

    The name keeps sessions apart, so that none begins with what another one has left in the cache.
    """
    nonce = f"{turn * 2654435761 % 2**20:05x}"
    header = f"x-anthropic-billing-header: cc_version=2.1.177.{nonce[:3]}; cch={nonce};"
    rules = " ".join(f"Rule {number} is to be kind." for number in range(1, words // 6 + 1))
    return header, f"You are an agent on {name}. " + rules


class Agent:
    """One session; subclasses know an API."""

    def __init__(self, options):
        self.options, self.messages = options, [{"role": "user", "content": "Weather in Paris?"}]
        self.turns, self.refused = [], 0

    def post(self, body):
        request = urllib.request.Request(
            self.options.url + self.path, json.dumps(body).encode(),
            {"content-type": "application/json", "anthropic-version": "2023-06-01"})
        try:
            with urllib.request.urlopen(request, timeout=3600) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            self.refused += 1
            print(f"refused: {error.code} {error.read()[:300]}", flush=True)
            return None

    def run(self):
        for turn in range(self.options.turns):
            body = {"model": self.options.model, "max_tokens": 300, "seed": turn,
                    "temperature": 0, "messages": self.messages, **self.fields(turn)}
            answer = self.post(body)
            if answer is None:
                return
            prompt, cached, output = self.usage(answer)
            self.turns.append((prompt, cached, output))
            if self.options.show:
                print(f"turn {turn}: {prompt} prompt, {cached} cached, {output} answered", flush=True)
            self.take(answer, ANSWERS[turn % len(ANSWERS)])

    def report(self):
        prompts = sum(prompt for prompt, _, _ in self.turns)
        cached = sum(cached for _, cached, _ in self.turns)
        shares = [cached / prompt for prompt, cached, _ in self.turns[1:]]
        computed = sum(prompt + output for prompt, _, output in self.turns[:-1])
        share, lowest = cached / max(1, prompts), min(shares, default=0)
        print(f"{self.path}: {len(self.turns)} turns, {prompts} prompt tokens, {cached} from the "
              f"cache ({share:.1%}), lowest of a turn {lowest:.1%}, of what was computed "
              f"{cached / max(1, computed):.1%}, last prompt {self.turns[-1][0] if self.turns else 0}, "
              f"refused {self.refused}", flush=True)
        return self.refused == 0 and share >= self.options.at_least


class Messages(Agent):
    path = "/v1/messages"

    def fields(self, turn):
        fields = {
            "system": [{"type": "text", "text": text} for text in system(turn, self.options.words, self.path)],
            "tools": [{"name": name, "description": text, "input_schema": schema(properties)}
                      for name, text, properties in TOOLS],
            "tool_choice": {"type": "any", "disable_parallel_tool_use": True}}
        if self.options.thinking:
            fields["thinking"] = {"type": "enabled", "budget_tokens": 1024}
            fields |= {"tool_choice": {"type": "auto"}, "max_tokens": 1200}
        return fields

    @staticmethod
    def usage(answer):
        usage = answer["usage"]
        cached = usage["cache_read_input_tokens"]
        created = usage["cache_creation_input_tokens"]
        return usage["input_tokens"] + cached + created, cached, usage["output_tokens"]

    def take(self, answer, result):
        blocks = [dict(block, input=rewritten(block["input"])) if block["type"] == "tool_use"
                  else block for block in answer["content"]]
        # A turn must say something.
        self.messages.append({"role": "assistant", "content": blocks or "..."})
        results = [{"type": "tool_result", "tool_use_id": block["id"], "content": result}
                   for block in blocks if block["type"] == "tool_use"]
        self.messages.append({"role": "user", "content": results or "Weather in Rome?"})


class Chat(Agent):
    path = "/v1/chat/completions"

    def fields(self, turn):
        fields = {
            "messages": [{"role": "system", "content": "\n".join(system(turn, self.options.words, self.path))}]
            + self.messages,
            "tools": [{"type": "function", "function": {
                "name": name, "description": text, "parameters": schema(properties)}}
                for name, text, properties in TOOLS],
            "tool_choice": "required", "parallel_tool_calls": False}
        if self.options.thinking:
            fields |= {"reasoning_effort": "low", "tool_choice": "auto", "max_tokens": 1200}
        else:
            fields["reasoning_effort"] = "none"
        return fields

    @staticmethod
    def usage(answer):
        usage = answer["usage"]
        return (usage["prompt_tokens"], usage["prompt_tokens_details"]["cached_tokens"],
                usage["completion_tokens"])

    def take(self, answer, result):
        message = answer["choices"][0]["message"]
        calls = message.get("tool_calls") or []
        turn = {"role": "assistant", "content": message.get("content") or None}
        if calls:
            turn["tool_calls"] = [
                {"id": call["id"], "type": "function", "function": {
                    "name": call["function"]["name"],
                    "arguments": json.dumps(
                        rewritten(json.loads(call["function"]["arguments"])), indent=1)}}
                for call in calls]
        elif not turn["content"]:
            turn["content"] = "..."
        self.messages.append(turn)
        self.messages += [{"role": "tool", "tool_call_id": call["id"], "content": result}
                          for call in calls] or [{"role": "user", "content": "Weather in Rome?"}]


def stretch(options):
    """Copies a GGUF file with another context length."""
    source, target = options.stretch
    with open(source, "rb") as file:
        data = bytearray(file.read())
    key = data.index(b".context_length") + len(b".context_length")
    if struct.unpack_from("<I", data, key)[0] != 4:
        sys.exit("the context length is no 32-bit number")
    struct.pack_into("<I", data, key + 4, options.context)
    if options.no_thinking:
        data = data.replace(b"enable_thinking", b"enable_thoughts")  # a name of the same length
    with open(target, "wb") as file:
        file.write(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:11434")
    parser.add_argument("--model", default="demo")
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--words", type=int, default=200, help="length of the system message")
    parser.add_argument("--api", nargs="+", choices=["messages", "chat"],
                        default=["messages", "chat"])
    parser.add_argument("--thinking", action="store_true")
    parser.add_argument("--at-least", type=float, default=0)
    parser.add_argument("--show", action="store_true", help="a line for every turn")
    parser.add_argument("--stretch", nargs=2, metavar=("SOURCE", "TARGET"))
    parser.add_argument("--context", type=int, default=32768)
    parser.add_argument("--no-thinking", action="store_true")
    options = parser.parse_args()
    if options.stretch:
        return stretch(options)
    good = True
    for api in options.api:
        agent = (Messages if api == "messages" else Chat)(options)
        agent.run()
        good = agent.report() and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
