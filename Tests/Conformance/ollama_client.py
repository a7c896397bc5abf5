#!/usr/bin/env python3
"""Drives a running server with the official Python client of Ollama.

    pip install ollama
    python3 ollama_client.py [--url http://127.0.0.1:11434] [--model demo]

The client validates every reply with its own types, so a missing or misspelt field fails here.
Every check is one line of output; the exit status is the number of checks that failed. Models that
the checks make are named `conformance-*` and removed at the end.
"""

import argparse
import sys

import ollama

FAILURES = 0


def check(name, condition, shown=""):
    """Prints one line and counts failures."""
    global FAILURES
    if not condition:
        FAILURES += 1
    print(("ok    " if condition else "FAIL  ") + name + ("" if condition else f"  {shown!r}"))


def fails(name, status, text, call):
    """Checks that a call is refused with a status and words."""
    try:
        call()
        check(name, False, "no error")
    except ollama.ResponseError as error:
        check(name, error.status_code == status and text in error.error,
              (error.status_code, error.error))


def models(client, name):
    listed = {model.model: model for model in client.list().models}
    found = listed.get(name) or listed.get(name + ":latest")
    check("list has the model", found is not None, list(listed))
    check("it has a size, a digest and a time",
          found.size > 0 and len(found.digest) == 64 and found.modified_at.year >= 2020, found)
    shown = client.show(name)
    check("show has details", shown.details.format == "gguf", shown.details)
    check("show has capabilities", "completion" in shown.capabilities, shown.capabilities)
    check("show has metadata", "general.architecture" in shown.modelinfo, list(shown.modelinfo))
    check("show has a modelfile", "FROM " in shown.modelfile, shown.modelfile)


def generation(client, name):
    options = {"num_predict": 6, "temperature": 0, "seed": 1}
    whole = client.generate(model=name, prompt="Hello", options=options)
    check("generate answers", whole.done and isinstance(whole.response, str), whole)
    check("generate counts",
          whole.eval_count > 0 and whole.prompt_eval_count > 0 and whole.total_duration > 0, whole)
    pieces = list(client.generate(model=name, prompt="Hello", options=options, stream=True))
    check("pieces are the whole", "".join(p.response for p in pieces) == whole.response,
          (whole.response, pieces))
    check("the last piece is done", [p.done for p in pieces].index(True) == len(pieces) - 1, pieces)
    going_on = client.generate(
        model=name, prompt="Go on", context=list(whole.context), options=options)
    check("context goes on", going_on.prompt_eval_count > len(whole.context) // 2, going_on)
    stopped = client.generate(
        model=name, prompt="Hello", options=dict(options, stop=[(whole.response or "x")[:1]]))
    check("stop texts stop", stopped.response == "" or stopped.done_reason == "stop", stopped)


def conversation(client, name):
    options = {"num_predict": 6, "temperature": 0, "seed": 1}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is the capital of France?"},
    ]
    whole = client.chat(model=name, messages=messages, options=options)
    check("chat answers", whole.message.role == "assistant" and whole.done, whole)
    pieces = list(client.chat(model=name, messages=messages, options=options, stream=True))
    check("pieces are the whole",
          "".join(p.message.content or "" for p in pieces) == (whole.message.content or ""), pieces)
    probable = client.chat(
        model=name, messages=messages, options=options, logprobs=True, top_logprobs=3)
    check("log-probabilities come", len(probable.logprobs) >= 1
          and len(probable.logprobs[0].top_logprobs) == 3, probable)
    capabilities = client.show(name).capabilities
    if "tools" in capabilities:
        tool = {"type": "function", "function": {
            "name": "get_weather", "description": "Tells the weather of a city.",
            "parameters": {"type": "object", "required": ["city"], "properties": {
                "city": {"type": "string", "description": "The city."}}}}}
        answer = client.chat(
            model=name, tools=[tool], options={"temperature": 0, "num_predict": 200},
            messages=[{"role": "user", "content": "What is the weather like in Paris?"}])
        for call in answer.message.tool_calls or []:
            check("calls name a tool and arguments",
                  call.function.name and isinstance(dict(call.function.arguments), dict), call)
        check("tools are accepted", answer.done, answer)


def changes(client, name):
    made, copied = "conformance-made", "conformance-copied"
    statuses = [p.status for p in client.create(
        model=made, from_=name, system="Be brief.", parameters={"num_predict": 2}, stream=True)]
    check("create succeeds", statuses[-1] == "success", statuses)
    check("create without stream", client.create(model=made, from_=name, system="Be brief.",
                                                 parameters={"num_predict": 2}).status == "success")
    check("copy succeeds", client.copy(made, copied).status == "success")
    check("the copy keeps its parameters",
          client.chat(model=copied, messages=[{"role": "user", "content": "Hi"}]).eval_count <= 2)
    for model in (made, copied):
        check(f"delete {model}", client.delete(model).status == "success")
    fails("what was deleted is gone", 404, "not found", lambda: client.show(made))


def loaded(client, name):
    client.generate(model=name, keep_alive="10m")
    entries = [m for m in client.ps().models if m.model.split(":")[0] == name.split(":")[0]]
    check("ps shows the model", len(entries) == 1 and entries[0].size > 0
          and entries[0].expires_at is not None and entries[0].context_length > 0, entries)
    client.generate(model=name, keep_alive=0)
    left = [m.model for m in client.ps().models]
    check("keep_alive 0 unloads", entries[0].model not in left, left)


def embedding(client, name):
    vectors = client.embed(model=name, input=["Why is the sky blue?", "Why is grass green?"])
    check("embed gives a vector a text", len(vectors.embeddings) == 2, vectors)
    length = sum(x * x for x in vectors.embeddings[0]) ** 0.5
    check("vectors have length 1", abs(length - 1) < 1e-3, length)
    short = client.embed(model=name, input="x", dimensions=4)
    check("dimensions cut", len(short.embeddings[0]) == 4, short)
    check("early clients get one vector",
          len(client.embeddings(model=name, prompt="x").embedding) == len(vectors.embeddings[0]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:11434")
    parser.add_argument("--model", default="demo")
    arguments = parser.parse_args()
    client = ollama.Client(host=arguments.url)
    models(client, arguments.model)
    generation(client, arguments.model)
    conversation(client, arguments.model)
    changes(client, arguments.model)
    embedding(client, arguments.model)
    loaded(client, arguments.model)
    fails("unknown models are refused", 404, "model 'no-such' not found",
          lambda: client.chat(model="no-such", messages=[]))
    print(f"{FAILURES} failed")
    return min(FAILURES, 100)


if __name__ == "__main__":
    sys.exit(main())
