"""JSON on request."""

from __future__ import annotations

import json
from typing import Any

from .exchange import Exchange, simple
from .smalltalk import CAPITAL_OF
from .words import ADJECTIVES, COLORS, PARAMETERS, Words

ASK = [
    "Answer in JSON.",
    "Reply in JSON.",
    "Respond with JSON.",
    "Respond in JSON.",
    "as JSON",
    "Return JSON.",
    "Use JSON.",
    "Respond using JSON",
    "Answer as JSON.",
    "Output JSON only.",
]
SYSTEM = [
    "Respond only with JSON.",
    "Answer in JSON.",
    "You reply with a JSON object.",
    "Always answer with valid JSON.",
    "Return only JSON, no other text.",
]


def value(w: Words, key: str) -> Any:
    """A value that suits a key, mostly."""
    r = w.rng
    if key in {"name", "user"}:
        return w.person()
    if key in {"city", "location", "place"}:
        return w.place()
    if key in {"age", "count", "amount", "number", "level", "quantity", "size"} or r.random() < 0.2:
        return r.randint(0, r.choice((9, 99, 999)))
    if key == "color":
        return w.pick(COLORS)
    return w.thing()


def fields(w: Words) -> dict[str, Any]:
    """One to four keys with values."""
    keys: list[str] = []
    for _ in range(w.rng.choice((1, 2, 2, 2, 3, 3, 4))):
        kind = w.rng.random()
        key = (
            "name"
            if kind < 0.15
            else "age"
            if kind < 0.25
            else (w.pick(PARAMETERS) if kind < 0.75 else w.word())
        )
        if key not in keys:
            keys.append(key)
    return {k: value(w, k) for k in keys}


def from_fields(w: Words, thinking: bool) -> Exchange:
    """Keys and values are given in words."""
    r = w.rng
    data = fields(w)
    link = r.choice((" ", " ", " is ", " = ", ": "))
    items = [f"{k}{link}{v}" for k, v in data.items()]
    if link in (" = ", ": "):
        shown = ", ".join(items)
    else:
        shown = ", ".join(items[:-1]) + (" and " if len(items) > 1 else "") + items[-1]
    question = r.choice(
        (
            f"Give me a JSON object with {shown}.",
            f"Write a JSON object with {shown}.",
            f"Write JSON: {shown}",
            f"Turn this into JSON: {shown}",
            f"JSON with {shown}",
            f"Make a JSON object: {shown}",
            f"{shown}. {r.choice(ASK)}",
            f"Return a JSON object with {shown}",
            f"Convert to JSON: {shown}",
            f"Create JSON with {shown}.",
            f"Output JSON with {shown}",
        )
    )
    return simple("json", question, json.dumps(data, ensure_ascii=False), "The user wants JSON.")


def from_sentence(w: Words, thinking: bool) -> Exchange:
    """A sentence about somebody, to be turned into an object."""
    r = w.rng
    name, age, city = w.person(), r.randint(1, 99), w.place()
    kind = r.randrange(4)
    if kind == 0:
        text, data = f"My name is {name} and I am {age} years old.", {"name": name, "age": age}
    elif kind == 1:
        text, data = f"{name} is {age} years old.", {"name": name, "age": age}
    elif kind == 2:
        text, data = f"{name} lives in {city}.", {"name": name, "city": city}
    else:
        text = f"{name} is {age} years old and lives in {city}."
        data = {"name": name, "age": age, "city": city}
    question = r.choice(
        (
            f"{text} {r.choice(ASK)}",
            f"Turn this into JSON: {text}",
            f"Extract the data as JSON: {text}",
            f"Convert to JSON: {text}",
        )
    )
    return simple("json", question, json.dumps(data), "The user wants JSON.")


def array(w: Words, thinking: bool) -> Exchange:
    """A JSON array of given items."""
    r = w.rng
    items: list[Any] = [w.word() for _ in range(r.randint(2, 5))]
    if r.random() < 0.3:
        items = [r.randint(0, 99) for _ in items]
    shown = (
        ", ".join(map(str, items[:-1])) + f" and {items[-1]}"
        if r.random() < 0.5
        else ", ".join(map(str, items))
    )
    question = r.choice(
        (
            f"Make a JSON array of {shown}.",
            f"JSON array: {shown}",
            f"Write {shown} as a JSON array",
            f"Give me a JSON list of {shown}.",
        )
    )
    return simple("json", question, json.dumps(items), "The user wants JSON.")


def answer_object(w: Words, thinking: bool) -> Exchange:
    """A question with a known answer, to be given as an object."""
    r = w.rng
    kind = r.randrange(3)
    if kind == 0:
        a, b = r.randint(0, 20), r.randint(0, 20)
        question, data = f"What is {a} + {b}?", {"answer": a + b}
        thought = f"{a} + {b} = {a + b}. As JSON."
    elif kind == 1:
        country = r.choice(list(CAPITAL_OF))
        question = f"What is the capital of {country}?"
        data = {"country": country, "capital": CAPITAL_OF[country]}
        thought = f"The capital of {country} is {CAPITAL_OF[country]}. As JSON."
    else:
        question = r.choice(("Who are you?", "Tell me about yourself.", "What is your name?"))
        data = {"name": "Apus demo", "type": "language model"}
        thought = "I am the Apus demo model. As JSON."
    if r.random() < 0.4:
        return simple(
            "json", question, json.dumps(data), thought, system=r.choice(SYSTEM), joinable=False
        )
    return simple("json", f"{question} {r.choice(ASK)}", json.dumps(data), thought)


def about(w: Words, thinking: bool) -> Exchange:
    """An object about something unknown: honest fields."""
    r = w.rng
    topic = w.proper() if r.random() < 0.6 else f"{w.pick(ADJECTIVES)} {w.word()}"
    question = r.choice((f"Tell me about {topic}.", f"Describe {topic}.", f"What is {topic}?"))
    data = {"name": topic, "known": False}
    return simple(
        "json",
        f"{question} {r.choice(ASK)}",
        json.dumps(data, ensure_ascii=False),
        f"I do not know {topic}. As JSON.",
    )
