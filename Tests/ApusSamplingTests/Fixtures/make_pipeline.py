"""Writes pipeline.json: what every stage of the sampler leaves, computed in float64 with numpy.

Written from the definitions of the stages (llama.cpp's documented order, the papers for typical,
top-p and min-p), not from the Swift code. Every stage sorts the whole vocabulary.

Usage: python3 make_pipeline.py > pipeline.json
"""

import json

import numpy as np

DEFAULTS = dict(
    temperature=0.8, top_k=40, top_p=0.9, min_p=0.0, typical_p=1.0, repeat_last_n=64,
    repeat_penalty=1.0, presence_penalty=0.0, frequency_penalty=0.0,
)


def f32(x):
    return float(np.float32(x))


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()


def pipeline(logits, options, history, bias, allowed):
    """Returns (ids, probabilities) of the tokens that can be drawn, best first."""
    o = {k: (f32(v) if isinstance(v, float) else v) for k, v in {**DEFAULTS, **options}.items()}
    x = np.array(logits, dtype=np.float64)
    if allowed is not None:
        keep = np.zeros(len(x), bool)
        keep[allowed] = True
        x[~keep] = -np.inf
    for token, value in bias.items():
        x[int(token)] += f32(value)
    n = o["repeat_last_n"]
    window = [] if n == 0 else (history if n < 0 else history[-n:])
    for token in set(window):
        count = window.count(token)
        x[token] = x[token] * o["repeat_penalty"] if x[token] <= 0 else x[token] / o["repeat_penalty"]
        x[token] -= count * o["frequency_penalty"] + o["presence_penalty"]

    ids = np.lexsort((np.arange(len(x)), -x))  # logit descending, id ascending
    ids = ids[x[ids] > -np.inf]
    if o["temperature"] <= 0:
        return ids[:1], np.ones(1)
    if o["top_k"] > 0:
        ids = ids[: o["top_k"]]
    if o["typical_p"] < 1:
        p = softmax(x[ids])
        with np.errstate(divide="ignore"):
            information = -np.log(p)  # infinite where p underflows
        entropy = (p[p > 0] * information[p > 0]).sum()
        order = np.argsort(np.abs(information - entropy), kind="stable")
        reached = np.cumsum(p[order]) > o["typical_p"]
        last = int(np.argmax(reached)) + 1 if reached.any() else len(order)
        ids = ids[np.sort(order[:last])]
    if o["top_p"] < 1:
        reached = np.cumsum(softmax(x[ids])) >= o["top_p"]
        ids = ids[: int(np.argmax(reached)) + 1] if reached.any() else ids
    if o["min_p"] > 0:
        p = softmax(x[ids])
        ids = ids[p >= o["min_p"] * p[0]]
    p = softmax(x[ids] / o["temperature"])
    return ids[p > 0], p[p > 0]  # underflow to 0 cannot be drawn


def main():
    rng = np.random.default_rng(20260801)
    sets = {}
    for size in (1, 2, 63, 64, 65, 257, 1009):
        sets[f"normal{size}"] = rng.normal(0, 3, size)
    sets["flat500"] = rng.normal(0, 0.01, 500)
    sets["peaked300"] = np.concatenate([rng.normal(-8, 1, 299), [9.0]])
    sets["ascending600"] = np.linspace(-6, 6, 600)
    sets["descending600"] = np.linspace(6, -6, 600)
    sets["large400"] = rng.normal(0, 3, 400) * 1e4
    sets = {k: [f32(round(float(v), 5)) for v in vs] for k, vs in sets.items()}

    variants = {
        "default": {},
        "greedy": dict(temperature=0.0),
        "pure": dict(top_k=0, top_p=1.0, temperature=1.0),
        "cold": dict(temperature=0.05),
        "hot": dict(temperature=5.0, top_k=0, top_p=1.0),
        "top_k1": dict(top_k=1),
        "top_k5": dict(top_k=5, top_p=1.0),
        "top_p": dict(top_k=0, top_p=0.75),
        "top_p_tiny": dict(top_k=0, top_p=0.0),
        "top_p_wide": dict(top_k=0, top_p=0.999),
        "min_p": dict(top_k=0, top_p=1.0, min_p=0.1),
        "min_p_top_p": dict(top_k=0, top_p=0.6, min_p=0.2),
        "typical": dict(top_k=0, top_p=1.0, typical_p=0.5),
        "typical_all": dict(top_k=100, top_p=0.8, typical_p=0.7, min_p=0.05),
    }
    cases = []

    def add(name, logits, options, history=(), bias=None, allowed=None):
        history, bias = list(map(int, history)), bias or {}
        x = np.array(sets[logits])
        ids, p = pipeline(sets[logits], options, history, bias, allowed)
        raw = x - x.max() - np.log(np.exp(x - x.max()).sum())
        top = np.lexsort((np.arange(len(x)), -x))[:5]
        cases.append(dict(
            name=f"{logits}/{name}", logits=logits, options=options, history=history, bias=bias,
            allowed=allowed, tokens=[int(i) for i in ids],
            probabilities=[float(f"{v:.7g}") for v in p],
            top=[int(i) for i in top], top_logprobs=[float(f"{raw[i]:.9g}") for i in top]))

    for logits in sets:
        for name, options in variants.items():
            if len(sets[logits]) > 600 and name in ("pure", "hot", "top_p_wide"):
                continue  # kept small; other sizes cover them
            add(name, logits, options)
    penalties = dict(repeat_penalty=1.3, presence_penalty=0.4, frequency_penalty=0.25)
    for size in (64, 257, 1009):
        history = rng.integers(0, min(size, 90), 150)
        for n in (-1, 0, 1, 64, 500):
            add(f"penalties_n{n}", f"normal{size}", {**penalties, "repeat_last_n": n}, history)
        add("penalties_greedy", f"normal{size}", {**penalties, "temperature": 0.0}, history)
        add("penalties_negative", f"normal{size}",
            dict(repeat_penalty=0.7, frequency_penalty=-0.5), history)
        add("bias", f"normal{size}", {}, bias={"3": 6.0, "10": -100.0, "33": 2.5})
        allowed = sorted(map(int, rng.choice(size, 20, replace=False)))
        add("mask", f"normal{size}", dict(top_p=1.0), allowed=allowed)
        add("mask_bias_penalties", f"normal{size}", {**penalties, "top_k": 0}, history,
            {str(allowed[0]): 4.0, str((allowed[0] + 1) % size): 9.0}, allowed)
    print(json.dumps(dict(logits=sets, cases=cases), separators=(",", ":")))


main()
