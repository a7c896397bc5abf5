"""Exchanges with tools: calls, results, follow-ups, and tools that do not fit."""

from __future__ import annotations

import json
from typing import Any

from .catalog import CATALOG
from .exchange import Exchange, Message, assistant, user
from .honesty import unknown_question
from .smalltalk import roughen
from .tool_tasks import Task, any_task, kind_of, known_task, make_value, random_task
from .words import NOUNS, PARAMETERS, Words

NO_TOOL = "None of my tools can do that, and I do not know it myself."


def surround(w: Words, tasks: list[Task]) -> list[dict[str, Any]]:
    """The tools of the tasks among none, one or two others, in random order."""
    r = w.rng
    tools = [t.tool for t in tasks]
    names = {t.name for t in tasks}
    for _ in range(r.choice((0, 0, 0, 1, 1, 2))):
        other = any_task(w)
        # A catalog tool next to its twin would make the choice arbitrary.
        alike = any(set(other.name.lower().split("_")) & set(n.lower().split("_")) for n in names)
        if not alike:
            tools.append(other.tool)
            names.add(other.name)
    r.shuffle(tools)
    return tools


def result_text(w: Words, task: Task) -> tuple[str, str]:
    """A tool result and the answer that reports it."""
    r = w.rng
    lead = f"Here is the result for {task.subject}: " if task.subject else "Here is the result: "
    kind = r.random()
    if kind < 0.1:
        why = r.choice(("not found", "timeout", "no access", "unknown " + w.word(), w.phrase(1, 3)))
        shown = r.choice((f"error: {why}", f"Error: {why}", json.dumps({"error": why})))
        return shown, f"The tool reported an error: {why}"
    if kind < 0.5:
        degrees = r.randint(-10, 40)
        sky = r.choice(("sunny", "rainy", "cloudy", "windy", w.word()))
        weather = f"{degrees} degrees and {sky}"
        text = r.choice(
            (
                weather,
                weather.replace(" degrees", "°C"),
                weather.replace(" degrees and", "°C,"),
                w.thing(),
                w.digits(),
                w.phrase(2, 5),
                f"The {w.word()} is {w.thing()}",
                f"{w.word()}: {w.thing()}",
                str(round(r.uniform(0, 99), 2)),
                "ok",
                "done",
            )
        )
        return text, lead + text
    data: dict[str, Any] = {}
    for _ in range(r.choice((1, 2, 2, 3))):
        key = r.choice(("temperature", "condition", w.pick(PARAMETERS), w.pick(NOUNS), w.made_up()))
        data[key] = r.choice((r.randint(0, 99), w.thing(), w.word()))
        if key == "condition":
            data[key] = r.choice(("sunny", "rainy", "cloudy", "windy", "snow", w.word()))
    shown = json.dumps(
        data, ensure_ascii=False, separators=(", ", ": ") if r.random() < 0.7 else (",", ":")
    )
    return shown, lead + ", ".join(f"{k}: {v}" for k, v in data.items())


def finish(w: Words, messages: list[Message], tasks: list[Task]) -> None:
    """Appends tool results and the answer."""
    answers = []
    for task in tasks:
        shown, answer = result_text(w, task)
        messages.append({"role": "tool", "content": shown})
        answers.append(answer)
    messages.append(assistant("\n".join(answers), "The tool has answered. I report the result."))


def call(w: Words, thinking: bool, task: Task | None = None, skill: str = "tool_seen") -> Exchange:
    """One call; half of the time with its result and the answer."""
    task = task or (known_task(w) if skill == "tool_seen" else random_task(w))
    messages = [user(task.question), assistant("", task.thought, [task.call])]
    if w.rng.random() < 0.35:
        finish(w, messages, [task])
        skill = "tool_result"
    return Exchange(skill, messages, surround(w, [task]))


def call_known(w: Words, thinking: bool) -> Exchange:
    """A call to a tool of the catalog."""
    return call(w, thinking, skill="tool_seen")


def call_random(w: Words, thinking: bool) -> Exchange:
    """A call to a tool made up on the spot."""
    return call(w, thinking, skill="tool_unseen")


def parallel(w: Words, thinking: bool) -> Exchange:
    """Two calls of one tool in one turn."""
    r = w.rng
    while True:
        task = (
            known_task(w, CATALOG[r.choice((0, 0, 1, 7))])
            if r.random() < 0.5
            else random_task(w, 1)
        )
        if len(task.arguments) == 1:
            break
    key, first = next(iter(task.arguments.items()))
    second = make_value(w, "place" if task.subject else kind_of(w, key))
    if (
        isinstance(second, str) != isinstance(first, str)
        or str(first) not in task.question
        or first == second
    ):
        return call(w, thinking, task)
    question = task.question.replace(str(first), f"{first} and {second}", 1)
    twin = Task(task.tool, question, {key: second}, str(second) if task.subject else "")
    thought = f"{task.thought} Then {json.dumps({key: second}, ensure_ascii=False)}."
    messages = [user(question), assistant("", thought, [task.call, twin.call])]
    skill = "tool_parallel"
    if r.random() < 0.3:
        finish(w, messages, [task, twin])
        skill = "tool_result"
    return Exchange(skill, messages, surround(w, [task]))


def follow_up(w: Words, thinking: bool) -> Exchange:
    """After a call with its answer, the same is asked about something else."""
    r = w.rng
    task = known_task(w, CATALOG[r.choice((0, 0, 1, 7))]) if r.random() < 0.7 else random_task(w, 1)
    messages = [user(task.question), assistant("", task.thought, [task.call])]
    finish(w, messages, [task])
    if len(task.arguments) != 1:
        return Exchange("tool_result", messages, surround(w, [task]))
    key, first = next(iter(task.arguments.items()))
    value = make_value(w, "place" if task.subject else kind_of(w, key))
    if isinstance(value, str) != isinstance(first, str):
        value = w.digits() if isinstance(first, str) else r.randint(0, 999)
    question = r.choice(
        (
            f"And {value}?",
            f"And in {value}?",
            f"What about {value}?",
            f"and for {value}?",
            f"How about {value}?",
            f"And what about {value}?",
            f"Now {value}",
            f"The same for {value}.",
        )
    )
    twin = Task(task.tool, question, {key: value}, str(value) if task.subject else "")
    messages += [user(question), assistant("", twin.thought, [twin.call])]
    if r.random() < 0.3:
        finish(w, messages, [twin])
    return Exchange("tool_follow", messages, surround(w, [task]))


def no_fit(w: Words, thinking: bool) -> Exchange:
    """Tools are there, but none fits the question."""
    tools = surround(w, [any_task(w)])
    question = roughen(w, unknown_question(w))
    if w.rng.random() < 0.25:
        question = w.rng.choice(CATALOG[0].questions[:8]).format(p=w.place())
    words = {p.lower() for p in question.replace("?", " ").replace(".", " ").split()}
    for tool in tools:
        if words & set(json.dumps(tool).lower().replace('"', " ").replace("_", " ").split()) - {
            "the",
            "a",
            "of",
            "is",
            "in",
            "to",
            "for",
        }:
            question = "who was the first person on the moon?"
    return Exchange(
        "tool_none", [user(question), assistant(NO_TOOL, "No tool fits. I say so.")], tools
    )
