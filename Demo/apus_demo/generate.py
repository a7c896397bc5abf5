"""Greedy answers from the PyTorch model, to read what it does. Slow and simple: no cache."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from .model import Batch, DemoModel
from .rendering import render


@torch.no_grad()
def complete(model: DemoModel, tokenizer: Tokenizer, text: str, limit: int = 160) -> str:
    """The greedy continuation of a text up to the end of the turn."""
    tokens = tokenizer.encode(text).ids
    start, end = len(tokens), tokenizer.token_to_id("<|im_end|>")
    while len(tokens) - start < limit and len(tokens) < model.c.context:
        ids = torch.tensor(tokens)
        batch = Batch(ids, torch.arange(len(tokens)), ids, [(0, 1, len(tokens))])
        logits, _, _ = model(batch, torch.tensor([len(tokens) - 1]))
        token = int(logits[0].argmax())
        if token == end:
            break
        tokens.append(token)
    return tokenizer.decode(tokens[start:], skip_special_tokens=False)


def reply(
    model: DemoModel,
    tokenizer: Tokenizer,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]] | None,
    thinking: bool,
) -> str:
    """The greedy answer to a conversation."""
    return complete(model, tokenizer, render(messages, tools, prompt=True, thinking=thinking))


def main() -> None:
    from .checkpoint import load

    parser = argparse.ArgumentParser(description="Answers one question.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--system", help="system prompt")
    parser.add_argument("--tools", type=Path, help="JSON file with a list of tool definitions")
    parser.add_argument("--no-think", action="store_true", help="answer without a thought")
    parser.add_argument("question")
    options = parser.parse_args()
    messages = [{"role": "system", "content": options.system}] if options.system else []
    messages.append({"role": "user", "content": options.question})
    tools = json.loads(options.tools.read_text()) if options.tools else None
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    print(reply(load(options.checkpoint), tokenizer, messages, tools, not options.no_think))


if __name__ == "__main__":
    main()
