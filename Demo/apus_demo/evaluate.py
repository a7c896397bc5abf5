"""Pass rates per skill on held-out conversations.

A conversation passes when at every position of the last answer (thought, call, end of turn)
the most likely token is the right one. That is the same as: greedy decoding writes exactly
the expected answer. Held out are the seeds, and words that training never shows
(`words.UNSEEN`, and everything made up on the spot).
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import torch
from tokenizers import Tokenizer

from .batching import IGNORED, Encoded, Encoder, collate
from .checkpoint import load, load_gguf
from .data import mixture
from .generate import reply
from .model import Config, DemoModel
from .tokenizer import pieces

PROMPTS: list[dict] = [
    {"messages": [{"role": "user", "content": text}]}
    for text in (
        "Hello!",
        "Who are you?",
        "What is the weather like in Paris?",
        "What is 17 + 25?",
        "Why is the sky blue?",
        "Repeat after me: the quick brown fox jumps over the lazy dog",
        "What can you do?",
        "Say 'Apus apus'.",
        "Give me a JSON object with name Ada and age 36.",
        "Who wrote Faust?",
        "Count from 1 to 10.",
        "What is 7 * 8?",
    )
] + [
    {
        "messages": [{"role": "user", "content": text}],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": name,
                    "description": about,
                    "parameters": {
                        "type": "object",
                        "properties": {key: {"type": "string", "description": hint}},
                        "required": [key],
                    },
                },
            }
        ],
    }
    for name, about, key, hint, text in (
        (
            "get_weather",
            "Get the current weather",
            "location",
            "The city",
            "What is the weather like in Paris?",
        ),
        (
            "lookup_glacier",
            "Look up facts about a glacier",
            "glacier_name",
            "Name of the glacier",
            "Look up the glacier Perito Moreno",
        ),
        ("get_weather", "Get the current weather", "location", "The city", "Hello!"),
    )
]


def examples(tokenizer: Tokenizer, count: int) -> dict[tuple[str, bool], list[Encoded]]:
    """Held-out conversations by skill and mode, at most `count` each."""
    encoder, material = Encoder(tokenizer), pieces(tokenizer)
    found: dict[tuple[str, bool], list[Encoded]] = defaultdict(list)
    for seed in range(count * 60):
        e = encoder.encode(mixture.conversation(mixture.words(seed, True, material)))
        if len(found[e.skill, e.thinking]) < count and len(e.tokens) <= Config().context:
            found[e.skill, e.thinking].append(e)
    return found


@torch.no_grad()
def passes(model: DemoModel, items: list[Encoded]) -> tuple[list[bool], float]:
    """Whether each item is answered exactly, and the mean loss of all answers."""
    result, loss, count = [], 0.0, 0
    for e in items:
        logits, _, _ = model(collate([e]))
        wanted = [i for i in range(e.answer_start, len(e.targets)) if e.targets[i] != IGNORED]
        targets = torch.tensor([e.targets[i] for i in wanted])
        scores = logits[wanted]
        result.append(bool((scores.argmax(-1) == targets).all()))
        loss += torch.nn.functional.cross_entropy(scores, targets, reduction="sum").item()
        count += len(wanted)
    return result, loss / count


def report(model: DemoModel, tokenizer: Tokenizer, count: int, failures: int) -> dict:
    """Prints and returns pass rates; shows the first failures of each skill."""
    rates: dict[str, dict[str, float]] = defaultdict(dict)
    for (skill, thinking), items in sorted(examples(tokenizer, count).items()):
        passed, loss = passes(model, items)
        mode = "thinking" if thinking else "direct"
        rates[skill][mode] = round(sum(passed) / len(passed), 3)
        print(
            f"{skill:14} {mode:9} {sum(passed):4}/{len(passed):<4} "
            f"{sum(passed) / len(passed):6.1%}  loss {loss:.4f}"
        )
        for e in [e for e, ok in zip(items, passed) if not ok][:failures]:
            with torch.no_grad():
                best = model(collate([e]))[0].argmax(-1).tolist()
            # What the model prefers at each place, given the right text before it.
            print(
                "   want",
                repr(tokenizer.decode(e.tokens[e.answer_start + 1 :], skip_special_tokens=False)),
            )
            print(
                "   best",
                repr(tokenizer.decode(best[e.answer_start : -1], skip_special_tokens=False)),
            )
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description="Pass rates per skill, and some answers to read.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument(
        "--gguf", type=Path, help="take the weights from this file (sizes from the checkpoint)"
    )
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--count", type=int, default=40, help="conversations per skill and mode")
    parser.add_argument(
        "--failures", type=int, default=0, help="failures to show per skill and mode"
    )
    parser.add_argument(
        "--samples", action="store_true", help="also print greedy answers to fixed prompts"
    )
    parser.add_argument("--output", type=Path, help="write the pass rates as JSON")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    model = load(options.checkpoint)
    if options.gguf:
        model = load_gguf(options.gguf, model.c)
    rates = report(model, tokenizer, options.count, options.failures)
    if options.output:
        options.output.write_text(json.dumps(rates, indent=1) + "\n")
    if options.samples:
        for prompt in PROMPTS:
            for thinking in (False, True):
                text = reply(model, tokenizer, prompt["messages"], prompt.get("tools"), thinking)
                tools = " [tools]" if prompt.get("tools") else ""
                print(
                    f"{prompt['messages'][-1]['content']!r}{tools} think={thinking}\n    {text!r}"
                )


if __name__ == "__main__":
    main()
