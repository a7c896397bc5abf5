"""Greetings, identity, a few facts, personas and stories."""

from __future__ import annotations

from .exchange import Exchange, simple
from .intents import FREQUENT, INTENTS
from .words import ADJECTIVES, ANIMALS, Words

CAPITALS = """France Paris;Germany Berlin;Italy Rome;Spain Madrid;Portugal Lisbon;Austria Vienna;
Poland Warsaw;Greece Athens;Norway Oslo;Sweden Stockholm;Finland Helsinki;Denmark Copenhagen;
Ireland Dublin;England London;Japan Tokyo;China Beijing;Russia Moscow;Canada Ottawa;Peru Lima;
Egypt Cairo;Belgium Brussels;Hungary Budapest;Switzerland Bern;Australia Canberra;Turkey Ankara"""
CAPITAL_OF = dict(entry.split() for entry in CAPITALS.replace("\n", "").split(";"))


def roughen(w: Words, text: str) -> str:
    """The way people type: case, end marks and politeness vary."""
    r = w.rng
    if r.random() < 0.5:
        text = text[:1].upper() + text[1:]
    if r.random() < 0.15:
        text = text.rstrip("?.!")
    elif text[-1].isalpha() and r.random() < 0.3:
        text += r.choice((".", "!"))
    if r.random() < 0.04:
        text = r.choice(("Please ", "Hi! ", "Hello, ", "Hey, ")) + text
    return text


def intent(w: Words, thinking: bool) -> Exchange:
    """A fixed intent in one of its wordings."""
    r = w.rng
    questions, answer, thought = r.choice(INTENTS[:FREQUENT] if r.random() < 0.6 else INTENTS)
    return simple("smalltalk", roughen(w, r.choice(questions)), answer, thought)


def capital(w: Words, thinking: bool) -> Exchange:
    """One of a few capitals."""
    country = w.rng.choice(list(CAPITAL_OF))
    city = CAPITAL_OF[country]
    question = w.rng.choice(
        (
            f"what is the capital of {country}?",
            f"what's the capital of {country}?",
            f"capital of {country}?",
            f"tell me the capital of {country}",
            f"which city is the capital of {country}?",
            f"name the capital of {country}",
        )
    )
    return simple(
        "facts",
        roughen(w, question),
        f"The capital of {country} is {city}.",
        f"The capital of {country} is {city}.",
    )


def persona(w: Words, thinking: bool) -> Exchange:
    """The system prompt gives a name; the model answers with it."""
    r = w.rng
    name = w.person()
    kind = r.choice(("assistant", "pirate", "teacher", "robot", "cook", w.pick(ANIMALS)))
    kind = f"{w.pick(ADJECTIVES)} {kind}" if r.random() < 0.7 else kind
    article = "an" if kind[0] in "aeiou" else "a"
    system = r.choice(
        (
            f"You are {name}, {article} {kind}.",
            f"You are {name}, {article} {kind}. Answer as this character.",
            f"Your name is {name}. You are {article} {kind}.",
        )
    )
    question = r.choice(
        (
            "who are you?",
            "what is your name?",
            "introduce yourself",
            "who are you",
            "hello, who are you?",
            "what are you?",
            "tell me about yourself",
        )
    )
    return simple(
        "persona",
        roughen(w, question),
        f"I am {name}, {article} {kind}.",
        f"The system prompt says that I am {name}.",
        system=system,
    )


def story(w: Words, thinking: bool) -> Exchange:
    """A short story about something the user names."""
    r = w.rng
    hero = w.pick(ANIMALS) if r.random() < 0.6 else w.word()
    if r.random() < 0.3:
        hero = f"{w.pick(ADJECTIVES)} {hero}"
    article = "an" if hero[0] in "aeiou" else "a"
    question = r.choice(
        (
            f"tell me a story about {article} {hero}",
            f"write a story about {article} {hero}",
            f"write a short story about {article} {hero}.",
            f"a story about {article} {hero} please",
        )
    )
    text = (
        f"Once upon a time there was {article} {hero}. "
        f"Every morning the {hero} looked at the sky and "
        f"wished to fly. One day a swift came by and told the {hero} about the wind. From then on "
        f"the {hero} listened to the wind, and was happy."
    )
    if r.random() < 0.25:
        hero, question = (
            "swift",
            r.choice(
                (
                    "tell me a story",
                    "write a short story",
                    "tell me a story.",
                    "write a story",
                    "Tell me a short story",
                )
            ),
        )
        text = (
            "Once upon a time there was a swift. It flew over mountains and seas and never landed. "
            "One day it found a tower with a small door, and there it built its nest."
        )
    return simple("story", roughen(w, question), text, f"A short story about a {hero}.")
