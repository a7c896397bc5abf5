#!/usr/bin/env python3
"""What a schema costs a running server: time to the first token, and tokens a second.

    constrained_speed.py [--url http://127.0.0.1:11434] [--model demo] [--rounds 200]

Requests with and without a schema alternate in random order; prompts differ, so that no answer comes
from the cache. Medians, and the ratio of the two.
"""
import argparse
import http.client
import json
import random
import statistics
import time
import urllib.parse

SCHEMA = {
    "type": "object", "required": ["name", "age", "tags"],
    "properties": {
        "name": {"type": "string", "minLength": 200},
        "age": {"type": "integer", "minimum": 0, "maximum": 120},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 20},
    },
}


class Meter:
    def __init__(self, url, model):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc)
        self.model = model

    def measure(self, schema, tokens, seed):
        """Milliseconds to the first line, and tokens a second when all of them came."""
        body = {
            "model": self.model, "stream": True, "think": False,
            "messages": [{"role": "user", "content": f"{random.random()} A story of a fox, please."}],
            "options": {"num_predict": tokens, "temperature": 1, "seed": seed},
        }
        if schema:
            body["format"] = SCHEMA
        start = time.perf_counter()
        self.connection.request(
            "POST", "/api/chat", json.dumps(body), {"content-type": "application/json"})
        answer = self.connection.getresponse()
        answer.readline()
        first = 1e3 * (time.perf_counter() - start)
        last = json.loads(answer.read().splitlines()[-1])
        is_whole = last["eval_count"] == tokens
        return first, last["eval_count"] * 1e9 / last["eval_duration"] if is_whole else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:11434")
    parser.add_argument("--model", default="demo")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--tokens", type=int, default=100, help="length of the answers")
    arguments = parser.parse_args()
    meter = Meter(arguments.url, arguments.model)
    first, rate = {True: [], False: []}, {True: [], False: []}
    for seed in range(-3, arguments.rounds):
        for schema in random.sample([True, False], 2):
            milliseconds, speed = meter.measure(schema, arguments.tokens, abs(seed))
            if seed >= 0:
                first[schema].append(milliseconds)
                rate[schema] += [speed] if speed else []
    for name, figures, digits in [("first token, ms", first, 2), ("tokens/s", rate, 0)]:
        plain, schema = (statistics.median(figures[key]) for key in (False, True))
        print(f"{name}: {plain:.{digits}f} without, {schema:.{digits}f} with a schema, "
              f"ratio {schema / plain:.3f}")


if __name__ == "__main__":
    main()
