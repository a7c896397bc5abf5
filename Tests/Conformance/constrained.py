#!/usr/bin/env python3
"""Constrained answers of a running server, judged by Python's jsonschema.

    pip install 'jsonschema[format]'
    constrained.py --url http://127.0.0.1:11434 --model demo [--schemas FILE] [--rounds 1]

For every schema of FILE (default: the schemas of the unit tests) the model answers at temperature 1;
every answer that is finished must be valid. Then come calls of tools under every tool_choice. A model
with random weights is the hardest judge. Exit status 1 when anything failed.
"""
import argparse
import json
import pathlib
import sys
import urllib.error
import urllib.request

from jsonschema import Draft202012Validator

HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = HERE.parent / "ApusSamplingTests/GrammarSchema/Fixtures/schemas.json"

TOOLS = [
    {"name": "get_weather", "parameters": {
        "type": "object", "required": ["city"], "additionalProperties": False,
        "properties": {"city": {"type": "string", "maxLength": 20},
                       "days": {"type": "integer", "minimum": 1, "maximum": 9}}}},
    {"name": "now", "parameters": {"type": "object", "properties": {}}},
    {"name": "paint", "parameters": {
        "type": "object", "required": ["colours"],
        "properties": {"colours": {"type": "array", "maxItems": 3,
                                   "items": {"enum": ["red", "green", "blue"]}}}}},
]


def post(url, path, body):
    request = urllib.request.Request(
        url + path, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


class Run:
    def __init__(self, url, model):
        self.url, self.model, self.failures = url, model, 0
        self.counts = {}

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def fail(self, what, detail):
        self.failures += 1
        print("FAIL", what, detail, flush=True)

    def chat(self, seed, **fields):
        body = {"model": self.model, "stream": False,
                "messages": [{"role": "user", "content": "Hello there"}],
                "options": {"temperature": 1, "top_k": 0, "top_p": 1, "seed": seed,
                            "num_predict": 600, "thinking_budget": 20}}
        return post(self.url, "/api/chat", body | fields)

    def schema(self, schema, seed):
        status, answer = self.chat(seed, format=schema)
        if status == 400:
            return self.count("refused")
        if status != 200:
            return self.fail(status, (answer, schema))
        if answer["done_reason"] != "stop":
            return self.count("cut")
        content = answer["message"]["content"]
        try:
            value = json.loads(content)
        except ValueError as error:
            return self.fail("not JSON", (error, content, schema))
        judge = Draft202012Validator(
            schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        problems = list(judge.iter_errors(value))
        if problems:
            return self.fail("invalid", (problems[0].message, content, json.dumps(schema)))
        self.count("valid")

    def tools(self, choice, parallel, seed):
        fields = {"tools": [{"type": "function", "function": tool} for tool in TOOLS],
                  "parallel_tool_calls": parallel}
        if choice is not None:
            fields["tool_choice"] = choice
        status, answer = self.chat(seed, **fields)
        what = f"tools {choice} parallel={parallel} seed={seed}"
        if status != 200:
            return self.fail(what, answer)
        message = answer["message"]
        calls = message.get("tool_calls", [])
        for call in calls:
            function = call["function"]
            tool = next((t for t in TOOLS if t["name"] == function["name"]), None)
            if tool is None:
                self.fail(what, ("no such tool", call))
            elif not Draft202012Validator(tool["parameters"]).is_valid(function["arguments"]):
                self.fail(what, ("invalid arguments", call))
        if len({call["id"] for call in calls}) < len(calls):
            self.fail(what, "equal ids")
        if [call["function"]["index"] for call in calls] != list(range(len(calls))):
            self.fail(what, "indices with gaps")
        if choice == "none" and calls:
            self.fail(what, "a call although none may be")
        forced = choice == "required" or isinstance(choice, dict)
        if forced and answer["done_reason"] == "stop":
            if not calls:
                self.fail(what, ("no call", message))
            if message["content"]:
                self.fail(what, ("text beside the call", message))
        if isinstance(choice, dict):
            name = choice["function"]["name"]
            if any(call["function"]["name"] != name for call in calls):
                self.fail(what, ("another tool", calls))
        if not parallel and len(calls) > 1:
            self.fail(what, ("several calls", len(calls)))
        self.count("calls" if calls else "no call")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--url", default="http://127.0.0.1:11434")
    arguments.add_argument("--model", default="demo")
    arguments.add_argument("--schemas", default=SCHEMAS, help="a JSON array of schemas")
    arguments.add_argument("--rounds", type=int, default=1)
    options = arguments.parse_args()
    run = Run(options.url, options.model)
    rows = json.loads(pathlib.Path(options.schemas).read_text())
    schemas = [row.get("schema", row) if isinstance(row, dict) else row for row in rows]
    for seed in range(options.rounds):
        for schema in schemas:
            if isinstance(schema, dict):
                run.schema(schema, seed)
        for choice in [None, "auto", "none", "required",
                       {"type": "function", "function": {"name": "paint"}}]:
            for parallel in [True, False]:
                for offset in range(4):
                    run.tools(choice, parallel, 100 * seed + offset)
    print(run.counts, f"{run.failures} failures")
    sys.exit(run.failures > 0)


if __name__ == "__main__":
    main()
