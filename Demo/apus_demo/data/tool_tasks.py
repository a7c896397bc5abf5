"""Tools with questions that call for them: known ones, and ones made up on the spot."""

from __future__ import annotations

import json
from typing import Any

from .catalog import CATALOG, Known
from .words import LANGUAGES, NOUNS, PARAMETERS, UNITS, VERBS, Words

KINDS = {
    "place": "string",
    "person": "string",
    "thing": "string",
    "phrase": "string",
    "integer": "integer",
    "number": "number",
    "identifier": "string",
    "digits": "string",
}
PLACES = {"location", "city", "place", "destination", "origin", "zone", "station"}
PEOPLE = {"name", "user", "player", "artist", "team"}
NUMBERS = {
    "amount",
    "count",
    "limit",
    "number",
    "quantity",
    "level",
    "speed",
    "temperature",
    "volume",
    "width",
    "height",
    "duration",
    "size",
    "value",
    "year",
    "month",
    "day",
}
CODES = {
    "id",
    "code",
    "key",
    "address",
    "email",
    "phone",
    "path",
    "file",
    "folder",
    "url",
    "date",
    "time",
}


def make_value(w: Words, kind: str) -> Any:
    """A random value of a kind."""
    r = w.rng
    match kind:
        case "place":
            return w.place()
        case "person":
            return w.person()
        case "integer":
            return r.randint(0, r.choice((9, 99, 999, 9999)))
        case "number":
            return round(r.uniform(0, 100), 1)
        case "identifier":
            return w.identifier()
        case "digits":
            return w.digits()
        case "phrase":
            return w.phrase(1, 4)
        case "unit":
            return r.choice(UNITS[:2])
        case "language":
            return w.pick(LANGUAGES)
        case "currency":
            return r.choice(("USD", "EUR", "GBP", "JPY", "CHF", "dollars", "euros", "PEN", "SEK"))
        case "symbol":
            return "".join(r.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(r.randint(2, 4)))
        case "expression":
            terms = [str(r.randint(0, 99)) for _ in range(r.choice((2, 2, 3)))]
            return f" {r.choice('+-*/')} ".join(terms)
        case "email":
            return f"{w.person().lower()}@{w.made_up()}.{r.choice(('com', 'org'))}"
        case "room":
            return r.choice(("kitchen", "bedroom", "living room", "hall", "office", w.word()))
        case "path":
            return (
                r.choice(("", "/", "src/", "/etc/"))
                + w.word()
                + r.choice((".txt", ".md", ".py", ".swift", ""))
            )
        case "folder":
            return r.choice((".", "/", f"/{w.word()}", f"/home/{w.word()}", w.word()))
        case "command":
            return r.choice(
                (
                    "ls",
                    "ls -la",
                    "pwd",
                    "date",
                    "git status",
                    "make test",
                    f"cat {w.word()}.txt",
                    "swift build",
                    f"echo {w.word()}",
                    f"mkdir {w.word()}",
                )
            )
        case "time":
            return r.choice(
                (
                    f"{r.randint(0, 23)}:{r.randint(0, 59):02}",
                    f"{r.randint(1, 12)} am",
                    f"{r.randint(1, 12)} pm",
                )
            )
        case _:
            return w.thing()


def definition(
    w: Words, name: str, description: str, slots: list[tuple[str, str, str, bool]]
) -> dict[str, Any]:
    """A tool definition; `slots` are (name, JSON type, description, required). Order of keys and
    presence of descriptions vary as they do between clients."""
    r = w.rng
    described = r.random() < 0.7
    properties: dict[str, Any] = {}
    for key, type_name, text, _ in slots:
        entry: dict[str, Any] = {"type": type_name}
        if described and text:
            entry["description"] = text
        if r.random() < 0.2:
            entry = dict(sorted(entry.items()))
        properties[key] = entry
    required = [s[0] for s in slots if s[3]]
    parameters: dict[str, Any] = {"type": "object", "properties": properties, "required": required}
    order = r.random()
    if order < 0.3:
        parameters = {k: parameters[k] for k in ("type", "required", "properties")}
    elif order < 0.4:
        parameters = dict(sorted(parameters.items()))
    elif order < 0.5:
        del parameters["required"]
    elif order < 0.55:
        parameters["additionalProperties"] = False
    function: dict[str, Any] = {"name": name}
    if r.random() < 0.9:
        function["description"] = description
    function["parameters"] = parameters
    if r.random() < 0.1:
        function = dict(sorted(function.items()))
    return {"type": "function", "function": function}


class Task:
    """A tool together with a question that calls for it."""

    def __init__(
        self, tool: dict[str, Any], question: str, arguments: dict[str, Any], subject: str
    ) -> None:
        self.tool, self.question, self.arguments, self.subject = tool, question, arguments, subject

    @property
    def name(self) -> str:
        return self.tool["function"]["name"]

    @property
    def call(self) -> dict[str, Any]:
        return {"name": self.name, "arguments": self.arguments}

    @property
    def thought(self) -> str:
        # Quoted as in the call itself, so that both are the same tokens.
        return f'I call "{self.name}" with {json.dumps(self.arguments, ensure_ascii=False)}.'


def known_task(w: Words, known: Known | None = None) -> Task:
    """A tool of the catalog with one of its questions."""
    r = w.rng
    known = known or (CATALOG[0] if r.random() < 0.3 else r.choice(CATALOG))
    question = r.choice(known.questions)
    slots, arguments, values = [], {}, {}
    for slot in known.slots:
        asked = "{" + slot.key + "}" in question
        if not asked and not slot.required and r.random() < 0.6:
            continue
        name = r.choice(slot.names)
        type_name = "integer" if slot.kind == "integer" else "string"
        if slot.kind == "integer" and r.random() < 0.2:
            type_name = "number"
        slots.append((name, type_name, r.choice(slot.descriptions), slot.required))
        if asked:
            values[slot.key] = arguments[name] = make_value(w, slot.kind)
    question = question.format(**values)
    if r.random() < 0.1:
        question = r.choice(("Please help: ", "Hi! ", "Hello. ")) + question
    tool = definition(w, r.choice(known.names), r.choice(known.descriptions), slots)
    subject = next((str(v) for k, v in values.items() if k == "p"), "")
    return Task(tool, question, arguments, subject)


def kind_of(w: Words, parameter: str) -> str:
    """The kind of value that a parameter name suggests."""
    for names, kind in (
        (PLACES, "place"),
        (PEOPLE, "person"),
        (NUMBERS, "integer"),
        (CODES, "identifier"),
    ):
        if parameter in names and w.rng.random() < 0.85:
            return kind
    return w.rng.choice(
        ("thing", "thing", "thing", "place", "phrase", "integer", "number", "digits")
    )


def spell(w: Words, *words: str) -> str:
    """A tool name from words: snake, camel, kebab or plain."""
    r = w.rng
    parts = "_".join(words).split("_")
    kind = r.random()
    if kind < 0.7:
        return "_".join(parts)
    if kind < 0.85:
        return parts[0] + "".join(p.capitalize() for p in parts[1:])
    return "-".join(parts) if kind < 0.95 else "".join(p.capitalize() for p in parts)


def ask_one(w: Words, verb: str, noun: str, name: str, key: str, value: Any) -> str:
    """A question for a tool with one argument."""
    r, v = w.rng, str(value)
    if r.random() < 0.12:
        v = f'"{v}"'
    says = verb.replace("_", " ")
    return r.choice(
        (
            f"What is the {noun} of {v}?",
            f"What is the {noun} for {v}?",
            f"What is the {noun} in {v}?",
            f"{says} the {noun} for {v}",
            f"{says} the {noun} of {v}.",
            f"{says} {noun} {v}",
            f"please {says} the {noun} of {v}",
            f"can you {says} the {noun} for {v}?",
            f"{noun} for {v}?",
            f"I need the {noun} of {v}.",
            f"{says} the {noun} with {key} {v}.",
            f"{says} {noun} {key} {v}",
            f"use {name} with {key} {v}",
            f"call {name} for {v}",
            f"I want to {says} the {noun} {v}.",
            f"{says} a {noun} with the {key} {v}.",
            f"What's the {noun} of {v}?",
            f"{says} {v} {noun}",
            f"tell me the {noun} of {v}",
            f"show me the {noun} for {key} {v}.",
            f"{noun} {v}",
            f"could you {says} {v} for me?",
            f"how is the {noun} in {v}?",
            f"{says} {v}",
            f"{says} the {noun} {v}",
            f"{says} the {noun} {v}.",
            f"which {noun} does {v} have?",
            f"how much {noun} does {v} have?",
            f"do you know the {noun} of {v}?",
            f"{v} {noun}",
            f"who is the {noun} of {v}?",
            f"when is the {noun} of {v}?",
            f"I would like to know the {noun} of {v}.",
            f"what {noun} is {v}?",
            f"{says} all about {v}",
            f"the {noun} of {v}, please",
        )
    )


def ask_many(w: Words, verb: str, noun: str, name: str, arguments: dict[str, Any]) -> str:
    """A question for a tool with several arguments, each named."""
    r = w.rng
    says = verb.replace("_", " ")
    items = list(arguments.items())
    r.shuffle(items)
    style = r.randrange(5)
    if style == 0:
        tail = ", ".join(f"{k}: {v}" for k, v in items)
        return r.choice(
            (f"{says} the {noun}, {tail}", f"{says} {noun} ({tail})", f"use {name}: {tail}")
        )
    if style == 1:
        tail = " ".join(f"{k}={v}" for k, v in items)
        return r.choice((f"{says} {noun} {tail}", f"{name} {tail}"))
    named = [f"{k} {v}" for k, v in items]
    tail = ", ".join(named[:-1]) + f" and {named[-1]}"
    if style == 2:
        return r.choice((f"call {name} with {tail}.", f"use {name} with {tail}"))
    if style == 3:
        tail = " and ".join(f"the {k} {v}" for k, v in items)
    return r.choice(
        (
            f"{says} the {noun} with {tail}.",
            f"please {says} a {noun} with {tail}",
            f"I want to {says} the {noun} with {tail}.",
            f"what is the {noun} with {tail}?",
            f"can you {says} the {noun} with {tail}?",
        )
    )


def random_task(w: Words, count: int | None = None) -> Task:
    """A tool nobody has seen, with a question that fits it."""
    r = w.rng
    verb = w.pick(VERBS) if r.random() < 0.9 else w.made_up()
    noun = w.pick(NOUNS) if r.random() < 0.6 else w.made_up()
    name = (
        spell(w, verb, noun)
        if r.random() < 0.85
        else spell(w, *r.choice(((noun,), (noun, verb), (noun, "lookup"))))
    )
    keys: list[str] = []
    for _ in range(count if count is not None else r.choice((0, 1, 1, 1, 1, 2, 2, 3))):
        key = (
            w.pick(PARAMETERS)
            if r.random() < 0.65
            else (w.pick(NOUNS) if r.random() < 0.4 else w.made_up())
        )
        key = f"{noun}_{key}" if r.random() < 0.1 else key
        if key not in keys:
            keys.append(key)
    says = verb.replace("_", " ")
    slots, arguments = [], {}
    for key in keys:
        kind = kind_of(w, key)
        arguments[key] = make_value(w, kind)
        text = r.choice(
            (f"The {key}", f"{key} of the {noun}", f"The {key} to {says}", key.capitalize())
        )
        slots.append((key, KINDS.get(kind, "string"), text, True))
    if not keys:
        question = r.choice(
            (
                f"{says} the {noun}",
                f"{says} {noun}",
                f"what is the {noun}?",
                f"call {name}",
                f"please {says} the {noun}.",
                f"use {name}",
            )
        )
    elif len(keys) == 1:
        question = ask_one(w, verb, noun, name, keys[0], arguments[keys[0]])
    else:
        question = ask_many(w, verb, noun, name, arguments)
    if r.random() < 0.15:
        extra = w.pick(PARAMETERS)
        if extra not in keys:
            slots.insert(
                r.randint(0, len(slots)),
                (extra, r.choice(("string", "integer", "boolean")), f"The {extra}", False),
            )
    about = r.choice(
        (
            f"{says} the {noun}",
            f"{says} a {noun}",
            f"{says} {noun} by {keys[0]}" if keys else f"{says} it",
            f"{says}s the {noun}",
            f"Tool for the {noun}",
        )
    )
    about = about[0].upper() + about[1:] + r.choice(("", "", "."))
    question = question[0].upper() + question[1:] if r.random() < 0.6 else question
    return Task(definition(w, name, about, slots), question, arguments, "")


def any_task(w: Words) -> Task:
    """A known or a random task."""
    return known_task(w) if w.rng.random() < 0.35 else random_task(w)
