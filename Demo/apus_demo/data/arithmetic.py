"""Sums, differences, products, quotients, comparisons and counting."""

from __future__ import annotations

from .exchange import Exchange, simple
from .words import Words

FORMS = [
    "What is {q}?",
    "What is {q}?",
    "What's {q}?",
    "{q}",
    "{q} = ?",
    "{q}=",
    "Calculate {q}.",
    "Compute {q}",
    "How much is {q}?",
    "what is {q}",
    "Can you tell me what {q} is?",
    "Please calculate {q}.",
    "Solve {q}",
    "Tell me {q}.",
    "I need to know {q}.",
    "{q}?",
]
SPOKEN = {
    "+": ["plus", "and"],
    "-": ["minus"],
    "*": ["times", "multiplied by"],
    "/": ["divided by"],
}
NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()


def steps_add(a: int, b: int) -> str:
    """Column addition, as a thought."""
    if a < 10 and b < 10:
        return f"{a} + {b} = {a + b}."
    parts, carry, x, y = [], 0, a, b
    while x or y:
        s = x % 10 + y % 10 + carry
        terms = f"{x % 10} + {y % 10}" + (" + 1" if carry else "")
        carry = s // 10
        parts.append(f"{terms} = {s}, write {s % 10}" + (", carry 1." if carry else "."))
        x, y = x // 10, y // 10
    if carry:
        parts.append("Write 1.")
    return " ".join(parts) + f" {a + b}."


def steps_subtract(a: int, b: int) -> str:
    """Column subtraction of the smaller from the larger, as a thought."""
    if a < b:
        return f"{a} is less than {b}. " + steps_subtract(b, a) + " Negative."
    if a < 10:
        return f"{a} - {b} = {a - b}."
    parts, borrow, x, y = [], 0, a, b
    while x or y:
        d, e = x % 10, y % 10 + borrow
        borrow = int(d < e)
        top = d + 10 * borrow
        parts.append(
            f"{top} - {e} = {top - e}, write {top - e}" + (", borrow 1." if borrow else ".")
        )
        x, y = x // 10, y // 10
    return " ".join(parts) + f" {a - b}."


def calculation(w: Words, thinking: bool) -> Exchange:
    """One of the four operations. Three digits only where the model may think."""
    r = w.rng
    op = r.choice("++++--**/")
    top = r.choice((9, 9, 20, 99, 99, 999 if thinking else 99))
    a, b = r.randint(0, top), r.randint(0, top)
    if op == "-" and a < b and r.random() < 0.8:
        a, b = b, a
    if op == "*":
        a, b = r.randint(0, 12), r.randint(0, 12)
    if op == "/":
        b, quotient = r.randint(1, 12), r.randint(0, 12)
        a = b * quotient
    result = {"+": a + b, "-": a - b, "*": a * b, "/": a // max(b, 1)}[op]
    thought = {
        "+": lambda: steps_add(a, b),
        "-": lambda: steps_subtract(a, b),
        "*": lambda: f"{a} times {b} is {result}.",
        "/": lambda: f"{b} times {result} is {a}.",
    }[op]()
    shown = r.choice((f"{a} {op} {b}", f"{a} {op} {b}", f"{a}{op}{b}"))
    if r.random() < 0.3:
        shown = f"{a} {r.choice(SPOKEN[op])} {b}"
        if a <= 12 and b <= 12 and r.random() < 0.3:
            shown = f"{NUMBER_WORDS[a]} {SPOKEN[op][0]} {NUMBER_WORDS[b]}"
    question = r.choice(FORMS).format(q=shown)
    if op == "+" and r.random() < 0.15:
        question = r.choice(
            (f"Add {a} and {b}.", f"add {a} to {b}", f"What is the sum of {a} and {b}?")
        )
        if "to" in question:
            a, b = b, a
            thought = steps_add(a, b)
    if op == "*" and r.random() < 0.1:
        question = f"Multiply {a} by {b}."
    return simple("arithmetic", question, f"{a} {op} {b} = {result}", thought)


def drill(w: Words, thinking: bool) -> Exchange:
    """Several small sums at once: the facts that longer ones are made of."""
    r = w.rng
    asked, solved = [], []
    for _ in range(r.randint(2, 9)):
        kind = r.randrange(5)
        a, b = r.randint(0, 9), r.randint(0, 9)
        if kind == 0:
            text, result = f"{a} + {b} + 1", a + b + 1
        elif kind == 1:
            a, b = r.randint(0, 12), r.randint(0, 12)
            text, result = f"{a} * {b}", a * b
        elif kind == 2:
            a += b if r.random() < 0.7 else 10
            text, result = f"{a} - {b}", a - b
        else:
            text, result = f"{a} + {b}", a + b
        asked.append(text)
        solved.append(f"{text} = {result}")
    question = r.choice(("Calculate {q}.", "Calculate: {q}", "What are {q}?", "{q}", "Solve {q}"))
    return simple(
        "arithmetic", question.format(q=", ".join(asked)), ", ".join(solved), "One after the other."
    )


def comparison(w: Words, thinking: bool) -> Exchange:
    """Which of two numbers is larger or smaller."""
    a, b = w.rng.sample(range(0, w.rng.choice((10, 100, 1000))), 2)
    larger = w.rng.random() < 0.6
    word = w.rng.choice(("larger", "bigger", "greater") if larger else ("smaller", "less"))
    first, second = (max(a, b), min(a, b)) if larger else (min(a, b), max(a, b))
    question = w.rng.choice(
        (f"Which is {word}, {a} or {b}?", f"Which number is {word}: {a} or {b}?")
    )
    return simple(
        "arithmetic",
        question,
        f"{first} is {word} than {second}.",
        f"I compare {a} and {b}: {first} is {word}.",
    )


def counting(w: Words, thinking: bool) -> Exchange:
    """Count from one number to another."""
    r = w.rng
    low = 1 if r.random() < 0.6 else r.randint(0, 30)
    high = low + r.choice((2, 4, 9, 9, 9, r.randint(2, 19)))
    if r.random() < 0.06:
        high = low + r.choice((29, 39, 49))
    if low == 1 and r.random() < 0.5:
        question = r.choice((f"Count to {high}.", f"count to {high}", f"Please count to {high}"))
    else:
        question = r.choice(
            (
                f"Count from {low} to {high}.",
                f"count from {low} to {high}",
                f"List the numbers from {low} to {high}.",
                f"Write the numbers from {low} to {high}",
            )
        )
    return simple(
        "counting",
        question,
        ", ".join(str(n) for n in range(low, high + 1)),
        f"I count from {low} to {high}.",
    )
