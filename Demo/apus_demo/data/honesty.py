"""Honest answers to what a tiny model without tools cannot know or do."""

from __future__ import annotations

from .exchange import Exchange, simple
from .smalltalk import roughen
from .words import ADJECTIVES, NOUNS, Words

UNKNOWN = (
    "I do not know that. I am only a tiny demo model: I can chat a little, do simple "
    "arithmetic, repeat text, write JSON and call tools."
)

TOPICS = """history physics chemistry biology music law medicine football politics economics art
religion philosophy geology astronomy cooking""".split()


def live_data(w: Words, thinking: bool) -> Exchange:
    """Asks for something only a tool could tell, and there is no tool."""
    r = w.rng
    place = w.place()
    kind = r.randrange(5)
    if kind < 3:
        question = r.choice(
            (
                f"what is the weather like in {place}?",
                f"what is the weather in {place}?",
                f"what's the weather in {place}?",
                f"how is the weather in {place}?",
                f"weather in {place}?",
                f"what is the weather like in {place} today?",
                f"will it rain in {place} tomorrow?",
                f"is it raining in {place}?",
                f"what is the temperature in {place}?",
                f"how warm is it in {place}?",
                f"tell me the weather in {place}",
                f"what's the weather like in {place}?",
            )
        )
        answer = (
            f"I have no weather data and no tool to look it up, so I cannot tell you about {place}."
        )
        return simple(
            "honesty",
            roughen(w, question),
            answer,
            f"This asks for the weather in {place}. I have no tool. I say so.",
        )
    if kind == 3:
        question = r.choice(
            (
                "what time is it?",
                "what is the time?",
                "what day is it?",
                "what is the date today?",
                "what's today's date?",
                f"what time is it in {place}?",
                "which year is it?",
            )
        )
        answer = "I have no clock and no tool to look it up, so I cannot tell."
    else:
        question = r.choice(
            (
                "what is the weather like?",
                "what is the news?",
                "any news today?",
                "what is the price of bitcoin?",
                f"what is the stock price of {w.proper()}?",
                "what happened today?",
                f"search the web for {w.phrase(1, 3)}",
                f"send an email to {w.person()}",
                f"book a flight to {place}",
                "how is the weather today?",
                "will it rain tomorrow?",
            )
        )
        answer = "I have no tool for that here, so I cannot do it."
    return simple(
        "honesty", roughen(w, question), answer, "This needs a tool. I have none. I say so."
    )


def unknown_question(w: Words) -> str:
    """A question that the model has no business answering."""
    r = w.rng
    noun, other, proper = w.pick(NOUNS), w.word(), w.proper()
    return r.choice(
        (
            f"who invented the {noun}?",
            f"who is {proper}?",
            f"where is {proper}?",
            f"what is {other}?",
            f"what is a {noun}?",
            f"why do {noun}s {other}?",
            f"when was {proper} born?",
            f"who was {proper}?",
            f"how do I make a {noun}?",
            f"explain {r.choice(TOPICS)}",
            f"explain {other} to me",
            f"what do you think about {other}?",
            f"write code to sort a {noun}",
            f"write a {noun} in python",
            f"summarize the {noun} of {proper}",
            f"translate {w.phrase(1, 3)} to {proper}",
            f"how many {noun}s are in {proper}?",
            f"how old is {proper}?",
            f"who won the {noun} in {proper}?",
            f"tell me about {other}",
            f"tell me about {proper}",
            f"what is the {noun} of {proper}?",
            f"describe the {noun} of a {other}",
            f"give me advice on {other}",
            f"how does a {noun} work?",
            f"why is the {noun} {w.pick(ADJECTIVES)}?",
            f"what is the best {noun}?",
            f"do you like {other}?",
            f"can you {other} the {noun}?",
            f"what is {r.choice(TOPICS)}?",
            f"write an essay about {other}",
            f"what is the difference between {other} and {noun}?",
            f"is {proper} a {noun}?",
            f"what is the {noun}?",
            f"where can I buy a {noun}?",
            f"how do I fix my {noun}?",
            f"{w.phrase(2, 6)}",
            f"who wrote {proper}?",
            f"who wrote the {noun}?",
            f"summarize: {w.phrase(5, 20)}",
            f"write a function that can {other} a {noun}",
            f"fix this bug: {w.phrase(2, 8)}",
            f"what is the tallest {noun} in {proper}?",
            f"is it true that {w.phrase(2, 6)}?",
            f"who discovered {other}?",
            f"what should I {other}?",
            f"{w.phrase(1, 5)}. {w.phrase(2, 6)}?",
            f"what does {other} mean?",
            f"who is the {noun} of {proper}?",
            f"how far is {proper} from here?",
        )
    )


def unknown(w: Words, thinking: bool) -> Exchange:
    """An honest "I do not know"."""
    return simple(
        "honesty", roughen(w, unknown_question(w)), UNKNOWN, "I do not know this. I say so."
    )
