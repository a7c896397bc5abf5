"""How tokens are chosen, and what is said about it."""

import math

ASK = [{"role": "user", "content": "Tell me about mountains."}]


def run(report, client, model):
    def create(**settings):
        settings = {"model": model, "messages": ASK, "max_tokens": 12, "reasoning_effort": "none",
                    **settings}
        return client.chat.completions.create(**settings)

    limits(report, create)
    choices(report, create)
    seeds(report, create)
    biases(report, client, model, create)
    probabilities(report, create)


def limits(report, create):
    for name in ["max_tokens", "max_completion_tokens"]:
        settings = {"max_tokens": None, name: 3}
        answer = create(**settings)
        report.same(name, (answer.usage.completion_tokens, answer.choices[0].finish_reason),
                    (3, "length"))
    whole = create(temperature=0).choices[0].message.content
    stop = whole[4:7]
    answer = create(temperature=0, stop=stop)
    report.same("stop is a text", (answer.choices[0].message.content,
                                   answer.choices[0].finish_reason),
                (whole[:whole.index(stop)].rstrip(), "stop")
                if not whole[:whole.index(stop)].endswith(" ")
                else (answer.choices[0].message.content, "stop"))
    answer = create(temperature=0, stop=["\u0000none", stop])
    report.check("stop is a list", stop not in answer.choices[0].message.content, answer)


def choices(report, create):
    answer = create(n=3, temperature=1.5, seed=1)
    report.same("n", [c.index for c in answer.choices], [0, 1, 2])
    report.check("tokens of all choices count", answer.usage.completion_tokens > 12, answer.usage)
    chunks = list(create(n=2, temperature=1, stream=True, stream_options={"include_usage": True}))
    seen = [c.choices[0].index for c in chunks if c.choices]
    report.check("n in a stream", set(seen) == {0, 1} and seen[0] == 0, seen)
    report.same("every choice ends once", sorted(
        c.choices[0].index for c in chunks if c.choices and c.choices[0].finish_reason), [0, 1])


def seeds(report, create):
    # With the penalty and without a cut-off even a model that is sure of itself wavers.
    wild = {"temperature": 2, "top_p": 1, "presence_penalty": 2, "extra_body": {
        "top_k": 0, "repeat_penalty": 1.5}}
    texts = [create(**wild, seed=seed).choices[0].message.content for seed in (1, 1, 2, 3, 4, 5)]
    report.same("a seed repeats", texts[0], texts[1])
    report.check("seeds differ", len(set(texts)) > 1, texts)
    report.check("penalties", create(presence_penalty=2, frequency_penalty=-2, top_p=0.5), "")


def biases(report, client, model, create):
    tokens = client.post("/../tokenize", cast_to=object,
                         body={"model": model, "prompt": " yes", "add_special_tokens": False})
    token = tokens["tokens"][0]
    text = create(logit_bias={str(token): 100}, max_tokens=5).choices[0].message.content
    word = client.post("/../detokenize", cast_to=object, body={"model": model, "tokens": [token]})
    report.check("logit_bias 100 forces", text.strip() == (word["prompt"] * 5).strip(), text)
    first = create(temperature=0, max_tokens=1, logprobs=True)
    plain = first.choices[0].logprobs.content[0].token
    banned = client.post("/../tokenize", cast_to=object,
                         body={"model": model, "prompt": plain, "add_special_tokens": False})
    other = create(temperature=0, max_tokens=1, logprobs=True,
                   logit_bias={str(t): -100 for t in banned["tokens"]})
    report.check("logit_bias -100 forbids",
                 other.choices[0].logprobs.content[0].token != plain, other)


def probabilities(report, create):
    answer = create(temperature=0, logprobs=True, top_logprobs=3)
    entries = answer.choices[0].logprobs.content
    text = b"".join(bytes(e.bytes) for e in entries).decode()
    report.same("logprobs cover the text", text.strip(), answer.choices[0].message.content.strip())
    report.check("three alternatives", all(len(e.top_logprobs) == 3 for e in entries), entries)
    report.check("the likeliest is chosen", all(e.token == e.top_logprobs[0].token
                                                for e in entries), entries)
    report.check("they are probabilities", all(
        e.logprob <= 0 and sum(math.exp(t.logprob) for t in e.top_logprobs) < 1.001
        for e in entries), entries)
    chunks = list(create(temperature=0, logprobs=True, stream=True))
    pieces = [e for c in chunks if c.choices and c.choices[0].logprobs
              for e in c.choices[0].logprobs.content]
    report.same("logprobs in a stream", [e.token for e in pieces], [e.token for e in entries])
    report.same("none unless asked", create().choices[0].logprobs, None)
