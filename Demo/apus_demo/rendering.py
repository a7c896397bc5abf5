"""Rendering with the chat template, exactly as a server renders it at inference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATE_PATH = Path(__file__).parent.parent / "chat_template.jinja"


def to_json(value: Any, **_: Any) -> str:
    """`tojson` as chat templates expect it: no HTML escapes, no sorting."""
    return json.dumps(value, ensure_ascii=False)


def compile_template(source: str):  # noqa: ANN201 (jinja2's Template has no stable public type)
    """A template compiled with the settings that Hugging Face transformers uses."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = to_json
    return environment.from_string(source)


_TEMPLATE = compile_template(TEMPLATE_PATH.read_text())


def render(
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]] | None,
    *,
    prompt: bool = False,
    thinking: bool = True,
) -> str:
    """The text of a conversation; with `prompt`, up to where the assistant begins to write."""
    return _TEMPLATE.render(
        messages=messages,
        tools=tools or None,
        add_generation_prompt=prompt,
        enable_thinking=thinking,
    )
