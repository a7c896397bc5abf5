"""Models, vectors, tokens, parts that are not served, and other ways to call."""

import asyncio
import base64
import math
import struct
import time

import openai

ASK = [{"role": "user", "content": "Hello, who are you?"}]


def models(report, client, model):
    listed = client.models.list()
    report.check("list", any(m.id.split(":")[0].endswith(model.split(":")[0]) for m in listed.data),
                 listed)
    report.same("retrieve", client.models.retrieve(model).id, model)
    name = "conformance-team/copy"
    root = str(client.base_url).removesuffix("v1/")
    made = client._client.post(root + "api/copy", json={"source": model, "destination": name})
    report.same("copy", made.status_code, 200)
    report.same("a name with a slash", client.models.retrieve(name).id, name)
    answer = client.chat.completions.create(model=name, messages=ASK, max_tokens=2)
    report.same("and its answers", answer.model, name)
    # Once the model has been unloaded, both load from where they lie.
    client._client.post(root + "api/generate", json={"model": name, "keep_alive": 0})
    deleted = client.models.delete(name)
    report.check("delete", deleted.deleted and deleted.id == name, deleted)
    for call in [client.models.delete, client.models.retrieve]:
        report.refused("gone", lambda: call(name), openai.NotFoundError, None, "model_not_found")
    client._client.post(root + "api/generate", json={"model": model, "keep_alive": 0})
    answer = client.chat.completions.create(model=model, messages=ASK, max_tokens=2)
    report.same("the original is still there", answer.model, model)


def embeddings(report, client, model):
    # Strictly, the client's type has no base64, although the client asks for it by itself.
    loose = client.copy()
    loose._strict_response_validation = False

    def create(**settings):
        return loose.embeddings.create(**{"model": model, "input": "Hello", **settings})

    try:
        # The client asks for base64 and decodes it.
        decoded = create().data[0].embedding
    except openai.BadRequestError as error:
        return report.same("refused by name", error.param, "model")
    floats = create(encoding_format="float").data[0].embedding
    report.check("both encodings are the same", all(
        math.isclose(a, b, abs_tol=1e-6) for a, b in zip(decoded, floats, strict=True)))
    raw = create(encoding_format="base64").data[0].embedding
    bytes_ = base64.b64decode(raw, validate=True)
    report.same("base64", len(struct.unpack(f"<{len(floats)}f", bytes_)), len(floats))
    report.check("of length one", math.isclose(sum(x * x for x in floats), 1, abs_tol=1e-3))
    short = create(dimensions=4, encoding_format="float").data[0].embedding
    report.check("dimensions", len(short) == 4
                 and math.isclose(sum(x * x for x in short), 1, abs_tol=1e-3), short)
    several = create(input=["Hello", "Quito", "Hello"])
    report.same("several", [d.index for d in several.data], [0, 1, 2])
    report.same("the same text has the same vector", several.data[0].embedding,
                several.data[2].embedding)
    report.check("usage", several.usage.total_tokens == several.usage.prompt_tokens > 0, several)
    tokens = client.post("/../tokenize", cast_to=object, body={
        "model": model, "prompt": "Hello", "add_special_tokens": False})["tokens"]
    report.same("tokens", create(input=tokens).data[0].embedding, decoded)
    report.same("lists of tokens", len(create(input=[tokens, tokens]).data), 2)
    for name, value, code in [("dimensions", 10**6, "invalid_value"), ("input", "", "empty_string"),
                              ("input", [], "empty_array"), ("encoding_format", "x",
                                                             "invalid_value")]:
        report.refused(f"{name}={value!r}", lambda: create(**{name: value}),
                       openai.BadRequestError, name, code)


def tokens(report, client, model):
    def post(path, **body):
        return client.post("/.." + path, cast_to=object, body={"model": model, **body})

    text = "Grüße, 世界! 🦙"
    found = post("/tokenize", prompt=text, add_special_tokens=False)
    report.same("count", found["count"], len(found["tokens"]))
    report.same("there and back", post("/detokenize", tokens=found["tokens"])["prompt"], text)
    asked = post("/tokenize", messages=ASK)["count"]
    answer = client.chat.completions.create(model=model, messages=ASK, max_tokens=1)
    report.same("a chat has as many as it is told", asked, answer.usage.prompt_tokens)
    counted = client.responses.input_tokens.count(model=model, input=ASK[0]["content"])
    report.same("input_tokens", counted.input_tokens, asked)
    report.refused("neither text nor messages", lambda: post("/tokenize"), openai.BadRequestError,
                   "prompt", "missing_required_parameter")
    report.refused("texts of tokens", lambda: post("/tokenize", prompt="x", return_token_strs=True),
                   openai.BadRequestError, "return_token_strs", "unsupported_value")
    report.refused("a token that is none", lambda: post("/detokenize", tokens=["a"]),
                   openai.BadRequestError, "tokens[0]", "invalid_type")


def rerank(report, client, model):
    body = {"model": model, "query": "llamas", "documents": ["A llama.", {"text": "A stone."}],
            "return_documents": True}
    for path in ["/rerank", "/../rerank", "/../v2/rerank"]:
        try:
            found = client.post(path, cast_to=object, body=body)
        except openai.BadRequestError as error:
            report.same(f"{path} is refused by name", error.param, "model")
            continue
        scores = [r["relevance_score"] for r in found["results"]]
        report.check(path, len(scores) == 2 and scores == sorted(scores, reverse=True), found)
    report.refused("no documents", lambda: client.post("/rerank", cast_to=object, body={
        **body, "documents": []}), openai.BadRequestError, "documents", "empty_array")


def unserved(report, client, model):
    file = ("x.txt", b"x")
    for name, call in {
            "moderation": lambda: client.moderations.create(input="x"),
            "images": lambda: client.images.generate(prompt="x"),
            "speech": lambda: client.audio.speech.create(model="x", voice="x", input="x"),
            "files": lambda: client.files.list(),
            "uploads": lambda: client.uploads.create(bytes=1, filename="x", mime_type="x",
                                                     purpose="batch"),
            "batches": lambda: client.batches.list(),
            "fine-tuning": lambda: client.fine_tuning.jobs.list(),
            "vector stores": lambda: client.vector_stores.list(),
            "evals": lambda: client.evals.list(),
            "containers": lambda: client.containers.list(),
            "stored chat completions": lambda: client.chat.completions.retrieve("x"),
            "compaction": lambda: client.responses.compact(model=model, input="x")}.items():
        report.refused(name, call, openai.NotFoundError, None, "unsupported_endpoint", name)
    report.refused("transcription", lambda: client.audio.transcriptions.create(
        model="x", file=file), openai.NotFoundError, None, "unsupported_endpoint", "speech")


def asynchronous(report, client, model):
    async def work():
        async with openai.AsyncOpenAI(base_url=client.base_url, api_key="none",
                                      _strict_response_validation=True) as other:
            settings = dict(model=model, messages=ASK, temperature=0, max_tokens=99)
            answers = await asyncio.gather(
                *(other.chat.completions.create(**settings) for _ in range(6)))
            report.same("many at a time say the same",
                        len({a.choices[0].message.content for a in answers}), 1)
            text = ""
            async for chunk in await other.chat.completions.create(**settings, stream=True):
                text += chunk.choices[0].delta.content or ""
            report.same("a stream", text, answers[0].choices[0].message.content)
            response = await other.responses.create(model=model, input="Hello",
                                                    max_output_tokens=99)
            report.check("a response", response.status in ("completed", "incomplete"), response)

    asyncio.run(work())


def cancellation(report, client, model):
    long = dict(model=model, messages=ASK, max_tokens=900, logit_bias={}, temperature=1,
                response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {
                    "type": "array", "minItems": 400, "items": {"type": "integer"}}}})
    for number in range(6):
        stream = client.chat.completions.create(**long, stream=True)
        for _, _ in zip(range(3), stream):
            pass
        stream.close()
    began = time.monotonic()
    client.chat.completions.create(model=model, messages=ASK, max_tokens=4)
    report.check("streams that are left cost nothing", time.monotonic() - began < 5,
                 time.monotonic() - began)

    async def leave():
        async with openai.AsyncOpenAI(base_url=client.base_url, api_key="none") as other:
            task = asyncio.create_task(other.chat.completions.create(**long))
            await asyncio.sleep(0.05)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                return True
        return False

    report.check("a call can be cancelled", asyncio.run(leave()))
    impatient = client.with_options(timeout=0.05)
    try:
        impatient.chat.completions.create(**long)
        report.check("a timeout", False)
    except openai.APITimeoutError:
        report.check("a timeout", True)
