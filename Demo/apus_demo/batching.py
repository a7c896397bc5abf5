"""From conversations to flat batches with the loss on what the assistant writes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from .data import mixture
from .model import Batch
from .rendering import render

IGNORED = -100


@dataclass
class Encoded:
    """A conversation as tokens; `targets[i]` is token i + 1, or IGNORED."""

    skill: str
    thinking: bool
    tokens: list[int]
    targets: list[int]
    #: First position whose target belongs to the final answer.
    answer_start: int


class Encoder:
    """Knows the token ids that frame a turn."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.end = tokenizer.token_to_id("<|im_end|>")
        self.opening = tokenizer.encode("<|im_start|>assistant\n").ids
        self.think = tokenizer.token_to_id("<think>")
        self.no_thought = tokenizer.encode("<think>\n\n</think>\n\n").ids

    def encode(self, c: mixture.Conversation) -> Encoded:
        """Tokens of a conversation, with a loss on the turns of the assistant."""
        tokens = self.tokenizer.encode(render(c.messages, c.tools)).ids
        targets = [IGNORED] * len(tokens)
        start = 0
        for i in range(len(tokens)):
            if tokens[i] == self.opening[0] and tokens[i : i + len(self.opening)] == self.opening:
                start = self._mark(tokens, targets, i + len(self.opening))
        return Encoded(c.last.skill, c.thinking, tokens, targets, start)

    def _mark(self, tokens: list[int], targets: list[int], start: int) -> int:
        """Marks one turn that begins at `start`; returns the first marked position."""
        if tokens[start : start + len(self.no_thought)] == self.no_thought:
            start += len(self.no_thought)
        elif tokens[start] != self.think:
            # A turn of the past, shown without its thought. At inference a turn never begins
            # like this, so its first token must not be learnt.
            start += 1
        stop = tokens.index(self.end, start)
        for i in range(start, stop + 1):
            targets[i - 1] = tokens[i]
        return start - 1


def collate(items: list[Encoded], slack: float = 1.1) -> Batch:
    """A flat batch; examples whose lengths are within `slack` share a group."""
    items = sorted(items, key=lambda e: len(e.tokens))
    tokens, positions, targets, groups = [], [], [], []
    i = 0
    while i < len(items):
        limit = len(items[i].tokens) * slack + 2
        stop = i
        while stop < len(items) and len(items[stop].tokens) <= limit:
            stop += 1
        length = len(items[stop - 1].tokens)
        groups.append((len(tokens), stop - i, length))
        for e in items[i:stop]:
            padding = length - len(e.tokens)
            tokens += e.tokens + [0] * padding
            targets += e.targets + [IGNORED] * padding
            positions += range(length)
        i = stop
    return Batch(torch.tensor(tokens), torch.tensor(positions), torch.tensor(targets), groups)


def batches(items: list[Encoded], size: int) -> list[Batch]:
    """Batches of about `size` tokens each, neighbours in length together."""
    items = sorted(items, key=lambda e: len(e.tokens))
    result, current, total = [], [], 0
    for e in items:
        current.append(e)
        total += len(e.tokens)
        if total >= size:
            result.append(collate(current))
            current, total = [], 0
    if current:
        result.append(collate(current))
    return result
