"""The unit that all generators produce: one question and everything up to its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]


@dataclass
class Exchange:
    """Messages from a user question to the final answer of the assistant."""

    skill: str
    messages: list[Message]
    tools: list[dict[str, Any]] = field(default_factory=list)
    system: str | None = None
    #: Answers that count as right in evaluation; empty: only the one in `messages`.
    accepted: list[str] = field(default_factory=list)
    #: Whether other exchanges may stand before this one in a conversation.
    joinable: bool = True


def user(content: str) -> Message:
    """A message of the user."""
    return {"role": "user", "content": content}


def assistant(content: str, thought: str, calls: list[dict[str, Any]] | None = None) -> Message:
    """A message of the assistant with the thought that leads to it."""
    message: Message = {"role": "assistant", "content": content, "reasoning_content": thought}
    if calls:
        message["tool_calls"] = [{"type": "function", "function": c} for c in calls]
    return message


def simple(skill: str, question: str, answer: str, thought: str, **more: Any) -> Exchange:
    """One question, one answer."""
    return Exchange(skill, [user(question), assistant(answer, thought)], **more)
