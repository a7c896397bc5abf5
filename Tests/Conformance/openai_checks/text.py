"""Text completions."""

import openai


def run(report, client, model):
    def create(**settings):
        return client.completions.create(**{"model": model, "prompt": "The sky is",
                                            "max_tokens": 6, "temperature": 0, **settings})

    answer = create()
    report.same("object", answer.object, "text_completion")
    report.check("id", answer.id.startswith("cmpl-"), answer.id)
    report.check("usage", answer.usage.completion_tokens <= 6 and answer.usage.total_tokens
                 == answer.usage.prompt_tokens + answer.usage.completion_tokens, answer.usage)
    report.check("sixteen tokens by default",
                 client.completions.create(model=model, prompt="x").usage.completion_tokens <= 16)
    report.same("several prompts, several answers",
                [c.index for c in create(prompt=["a", "b"], n=2).choices], [0, 1, 2, 3])
    prompts(report, client, model, create, answer)
    best(report, create)
    probabilities(report, create)
    streams(report, client, create, answer)
    if answer:
        suffix(report, create)


def prompts(report, client, model, create, answer):
    tokens = client.post("/../tokenize", cast_to=object,
                         body={"model": model, "prompt": "The sky is"})["tokens"]
    report.same("a prompt of tokens", create(prompt=tokens).choices[0].text, answer.choices[0].text)
    report.same("prompts of tokens",
                [c.text for c in create(prompt=[tokens, tokens]).choices],
                [answer.choices[0].text] * 2)
    report.same("echo", create(echo=True).choices[0].text, "The sky is" + answer.choices[0].text)
    report.same("echo alone", create(echo=True, max_tokens=0).choices[0].text, "The sky is")
    plain = client.post("/../tokenize", cast_to=object, body={
        "model": model, "prompt": "The sky is", "add_special_tokens": False})["tokens"]
    report.check("echo of tokens", create(prompt=plain, echo=True).choices[0].text.startswith(
        "The sky is"), plain)


def best(report, create):
    answer = create(n=1, best_of=3, temperature=1, seed=3)
    report.same("best_of", len(answer.choices), 1)
    report.check("all candidates count", answer.usage.completion_tokens > 6, answer.usage)


def probabilities(report, create):
    answer = create(logprobs=2)
    logs = answer.choices[0].logprobs
    report.same("logprobs", "".join(logs.tokens), answer.choices[0].text)
    report.same("offsets", logs.text_offset[0], 0)
    report.check("as many of each", len(logs.tokens) == len(logs.token_logprobs)
                 == len(logs.top_logprobs) == len(logs.text_offset), logs)
    report.check("two alternatives or the chosen beside them",
                 all(2 <= len(top) <= 3 for top in logs.top_logprobs), logs)
    report.refused("log-probabilities of the prompt", lambda: create(logprobs=1, echo=True),
                   openai.BadRequestError, "logprobs", "unsupported_value")


def streams(report, client, create, answer):
    # The client's type has no null for the reason, although OpenAI's own chunks do.
    loose = client.copy()
    loose._strict_response_validation = False
    settings = dict(model=answer.model, prompt="The sky is", max_tokens=6, temperature=0)
    chunks = list(loose.completions.create(**settings, stream=True,
                                           stream_options={"include_usage": True}))
    report.same("pieces are the whole", "".join(c.choices[0].text for c in chunks if c.choices),
                answer.choices[0].text)
    report.check("usage is last", chunks[-1].choices == [] and chunks[-1].usage == answer.usage
                 or chunks[-1].usage.total_tokens == answer.usage.total_tokens, chunks[-1])


def suffix(report, create):
    try:
        report.check("suffix", create(suffix="!").choices[0].finish_reason, "")
    except openai.BadRequestError as error:
        report.same("suffix is refused by name", error.param, "suffix")
