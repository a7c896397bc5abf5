"""The mixture of skills, and conversations made of several exchanges."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from . import arithmetic, copying, honesty, smalltalk, structured, tools
from .exchange import Exchange, Message
from .words import Words

Generator = Callable[[Words, bool], Exchange]

#: Generators with their share of the exchanges.
MIXTURE: list[tuple[Generator, float]] = [
    (smalltalk.intent, 13),
    (smalltalk.capital, 2),
    (smalltalk.persona, 2),
    (smalltalk.story, 1),
    (honesty.live_data, 5),
    (honesty.unknown, 5),
    (arithmetic.calculation, 26),
    (arithmetic.drill, 12),
    (arithmetic.comparison, 1),
    (arithmetic.counting, 2),
    (copying.repeat, 11),
    (copying.list_items, 2),
    (copying.recall, 6),
    (structured.from_fields, 4),
    (structured.from_sentence, 2),
    (structured.array, 1),
    (structured.answer_object, 1.5),
    (structured.about, 1),
    (tools.call_known, 9),
    (tools.call_random, 18),
    (tools.parallel, 2),
    (tools.no_fit, 4),
    (tools.follow_up, 1.5),
]
SYSTEM = [
    "You are a helpful assistant.",
    "You are a helpful assistant.",
    "Be brief.",
    "Answer briefly.",
    "You are an assistant.",
    "You are a helpful AI assistant.",
    "Be concise and friendly.",
    "You are a helpful assistant with access to tools.",
    "Today is a nice day.",
]


class Conversation:
    """Messages, tools and mode, ready for the template; `last` is the exchange to be judged."""

    def __init__(
        self,
        messages: list[Message],
        tool_list: list[dict[str, Any]],
        thinking: bool,
        last: Exchange,
    ) -> None:
        self.messages, self.tools, self.thinking, self.last = messages, tool_list, thinking, last


def exchange(w: Words, thinking: bool) -> Exchange:
    """One exchange of the mixture."""
    generators, weights = zip(*MIXTURE)
    return w.rng.choices(generators, weights)[0](w, thinking)


def without_thoughts(messages: list[Message]) -> list[Message]:
    """The messages as a client sends them that drops thoughts."""
    return [{k: v for k, v in m.items() if k != "reasoning_content"} for m in messages]


def earlier(
    w: Words, thinking: bool, last: Exchange, present: list[dict[str, Any]]
) -> Exchange | None:
    """An exchange that may stand before `last` in one conversation with the tools `present`."""
    if last.tools and w.rng.random() < 0.4:
        other = tools.call(w, thinking)
    else:
        other = exchange(w, thinking)
    if other.system or not other.joinable:
        return None
    # A call needs its tools; an honest "I have no tool" needs that there are none.
    if other.tools and (not last.tools or last.skill == "tool_none" or other.skill == "tool_none"):
        return None
    if last.tools and other.skill in ("honesty", "arithmetic"):
        return None
    names = {t["function"]["name"] for t in present}
    return None if any(t["function"]["name"] in names for t in other.tools) else other


def conversation(w: Words, generator: Generator | None = None) -> Conversation:
    """One to four exchanges; the last one comes from `generator` when given."""
    r = w.rng
    thinking = r.random() < 0.5
    last = (generator or exchange)(w, thinking)
    if (
        not last.tools
        and last.skill != "honesty"
        and last.joinable
        and not last.system
        and r.random() < 0.15
    ):
        # Tools that nobody needs here must not disturb; a calculator would be needed for sums.
        idle = tools.surround(w, [tools.any_task(w)])
        if not any(word in str(idle).lower() for word in ("add", "calculat", "sum", "evaluate")):
            last = Exchange(last.skill, last.messages, idle)
    parts = [last]
    while last.joinable and not last.system and len(parts) < 4 and r.random() < 0.25:
        other = earlier(w, thinking, last, [t for p in parts for t in p.tools])
        if other:
            parts.insert(0, other)
    tool_list: list[dict[str, Any]] = []
    for part in parts:
        tool_list += [t for t in part.tools if t not in tool_list]
    r.shuffle(tool_list)
    messages = [m for part in parts for m in part.messages]
    system = last.system or (r.choice(SYSTEM) if r.random() < 0.25 else None)
    if system:
        messages.insert(0, {"role": "system", "content": system})
    if not thinking:
        messages = without_thoughts(messages)
    elif len(last.messages) > 2 and r.random() < 0.3:
        messages = without_thoughts(messages[:-1]) + messages[-1:]
    return Conversation(messages, tool_list, thinking, last)


def words(seed: int, held_out: bool, pieces: list[str]) -> Words:
    """Material from a seed."""
    return Words(random.Random(seed), held_out, pieces)
