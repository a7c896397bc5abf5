"""Repeating text, and recalling what was said earlier in the conversation."""

from __future__ import annotations

from .exchange import Exchange, assistant, simple, user
from .words import ANIMALS, CITIES, COLORS, FOODS, HOBBIES, Words

REPEAT = [
    "Repeat after me: {t}",
    "Repeat after me: {t}",
    "repeat after me: {t}",
    "Repeat: {t}",
    "Say: {t}",
    "Say {q}",
    "say {q}",
    "Echo: {t}",
    "echo {t}",
    "Copy this: {t}",
    "Repeat this text: {t}",
    "Please repeat: {t}",
    "Please say {q}",
    "Write {q}",
    "Print {q}",
    "Reply with {q}",
    "Reply with exactly: {t}",
    "Answer with {q} only.",
    "Say exactly this: {t}",
    "Please repeat after me: {t}",
    "Output only: {t}",
    "Respond with {q}",
    "Reply with the word {q}",
    "Can you repeat this? {t}",
    "Repeat the following: {t}",
    "Just say {q}.",
]


def repeat(w: Words, thinking: bool) -> Exchange:
    """Say what the user says."""
    r = w.rng
    kind = r.random()
    if kind < 0.35:
        text = w.phrase(1, 7) if r.random() < 0.8 else w.phrase(8, 16)
    elif kind < 0.6:
        text = " ".join(w.made_up() for _ in range(r.choice((1, 2, 3, 4, 5, 6, 9))))
    elif kind < 0.75:
        text = " ".join(w.thing() for _ in range(r.randint(1, 3)))
    elif kind < 0.85:
        text = " ".join(w.digits(1, 3) for _ in range(r.randint(1, 6)))
    else:
        text = r.choice(
            (
                "hello",
                "hello world",
                "Hello, world!",
                "I like tea",
                "good morning",
                "pong",
                "yes",
                "no",
                "OK",
                "ok",
                "test",
                "apus",
                "the end",
                "one two three",
            )
        )
    if r.random() < 0.3:
        text = text[:1].upper() + text[1:]
    if r.random() < 0.25:
        text = text + r.choice((".", "!", "?"))
    quote = r.choice(("'", '"', '"', ""))
    if text[-1] in ".!?":
        quote = '"'
    question = r.choice(REPEAT).format(t=text, q=f"{quote}{text}{quote}")
    return simple("copy", question, text, "I repeat the text.")


def list_items(w: Words, thinking: bool) -> Exchange:
    """Repeat a list, one item a line, or take its first or last item."""
    r = w.rng
    items = [w.word() for _ in range(r.randint(2, 5))]
    shown = ", ".join(items)
    kind = r.randrange(3)
    if kind == 0:
        question = r.choice(
            (f"Write each on a line: {shown}", f"Make a list of {shown}.", f"List these: {shown}")
        )
        return simple("copy", question, "\n".join(f"- {i}" for i in items), "I list the items.")
    which, item = ("first", items[0]) if kind == 1 else ("last", items[-1])
    question = r.choice(
        (
            f"What is the {which} word of: {shown}?",
            f"{shown}. Which is the {which}?",
            f"Give me the {which} item: {shown}",
        )
    )
    return simple("copy", question, item, f"The {which} item is {item}.")


def recall(w: Words, thinking: bool) -> Exchange:
    """The user tells something, and asks for it in the next turn."""
    r = w.rng
    kind = r.randrange(5)
    if kind == 0:
        value = w.person()
        told = r.choice(
            (
                f"My name is {value}.",
                f"I am {value}.",
                f"Hi, I'm {value}.",
                f"Hello, my name is {value}",
                f"my name is {value}",
                f"I'm called {value}.",
            )
        )
        reply, thought = f"Nice to meet you, {value}!", f"The user is {value}. I greet {value}."
        asked = r.choice(
            (
                "What is my name?",
                "what's my name?",
                "Who am I?",
                "Do you know my name?",
                "Do you remember my name?",
            )
        )
        answer = f"Your name is {value}."
    elif kind == 1:
        topic, pool = r.choice(
            (
                ("color", COLORS),
                ("food", FOODS),
                ("animal", ANIMALS),
                ("city", CITIES),
                ("hobby", HOBBIES),
            )
        )
        value = w.pick(pool) if r.random() < 0.6 else w.made_up()
        told = r.choice((f"My favorite {topic} is {value}.", f"my favorite {topic} is {value}"))
        reply, thought = f"Good choice: {value}!", f"The favorite {topic} is {value}."
        asked = r.choice(
            (
                f"What is my favorite {topic}?",
                f"what's my favorite {topic}?",
                f"Which {topic} do I like most?",
            )
        )
        answer = f"Your favorite {topic} is {value}."
    elif kind == 2:
        topic = r.choice(
            ("word", "code", "number", "password", "name", w.pick(["key", "phrase", "id"]))
        )
        value = w.digits() if topic == "number" else w.thing()
        told = r.choice(
            (
                f"Remember the {topic} {value}.",
                f"Remember this {topic}: {value}",
                f"The secret {topic} is {value}.",
                f"The {topic} is {value}. Remember it.",
            )
        )
        reply, thought = f"I will remember it: {value}", f"I note the {topic} {value}."
        asked = r.choice(
            (
                f"What is the {topic}?",
                f"Which {topic} did I tell you?",
                f"What was the {topic}?",
                f"Tell me the {topic}.",
            )
        )
        answer = f"The {topic} is {value}."
    elif kind == 3:
        value = w.place()
        told = r.choice((f"I live in {value}.", f"I am from {value}.", f"I'm from {value}"))
        reply, thought = f"{value} sounds nice.", f"The user lives in {value}."
        asked = r.choice(("Where do I live?", "Where am I from?", "Which city do I live in?"))
        answer = f"You told me {value}."
    else:
        value = str(r.randint(5, 99))
        told = r.choice((f"I am {value} years old.", f"I'm {value}."))
        reply, thought = f"{value} is a fine age.", f"The user is {value}."
        asked, answer = r.choice(("How old am I?", "What is my age?")), f"You are {value}."
    if r.random() < 0.25:
        return simple("recall", told, reply, thought)
    if r.random() < 0.25:
        return simple(
            "recall", f"{told.rstrip('.')}. {asked}", answer, f"The user said it: {value}."
        )
    return Exchange(
        "recall",
        [
            user(told),
            assistant(reply, thought),
            user(asked),
            assistant(answer, f"The user said it: {value}."),
        ],
    )
