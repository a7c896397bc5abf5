"""Every exception class that can be reached, and every refusal's name."""

import openai

ASK = [{"role": "user", "content": "Hi"}]


def run(report, client, model):
    def chat(**settings):
        return lambda: client.chat.completions.create(
            **{"model": model, "messages": ASK, "max_tokens": 4, **settings})

    wrong(report, chat)
    unsupported(report, chat)
    sizes(report, client, model)
    others(report, client, model, chat)


def wrong(report, chat):
    bad = openai.BadRequestError
    for name, value, code in [
            ("temperature", 3, "decimal_above_max_value"),
            ("temperature", "hot", "invalid_type"),
            ("top_p", -1, "decimal_below_min_value"),
            ("presence_penalty", 2.5, "decimal_above_max_value"),
            ("frequency_penalty", -2.5, "decimal_below_min_value"),
            ("max_tokens", 0, "integer_below_min_value"),
            ("max_tokens", "many", "invalid_type"),
            ("n", 0, "integer_below_min_value"), ("n", 129, "integer_above_max_value"),
            ("seed", 1.5, "invalid_type"), ("stop", ["a"] * 5, "array_above_max_length"),
            ("stop", 5, "invalid_type"), ("logprobs", 1, "invalid_type"),
            ("reasoning_effort", "huge", "invalid_value"), ("user", 5, "invalid_type"),
            ("messages", [], "empty_array"), ("messages", "Hi", "invalid_type"),
            ("tools", {}, "invalid_type"), ("tool_choice", "required", "invalid_value"),
            ("metadata", {str(i): "" for i in range(17)}, "object_above_max_properties"),
            ("service_tier", "gold", "invalid_value")]:
        report.refused(f"{name}={value!r}"[:60], chat(**{name: value}), bad, name, code)
    report.refused("top_logprobs alone", chat(top_logprobs=2), bad, "top_logprobs", "invalid_value")
    report.refused("stream_options alone", chat(stream_options={"include_usage": True}), bad,
                   "stream_options", "invalid_value")
    report.refused("a token that is none", chat(logit_bias={"x": 1}), bad, "logit_bias",
                   "invalid_value")
    report.refused("a bias that is too large", chat(logit_bias={"1": 101}), bad, "logit_bias.1",
                   "decimal_above_max_value")
    report.refused("a token out of range", chat(logit_bias={"99999999": 1}), bad, "logit_bias",
                   "invalid_value", "99999999")
    report.refused("a schema that cannot be enforced", chat(response_format={
        "type": "json_schema", "json_schema": {"name": "x", "schema": {
            "type": "array", "items": {}, "uniqueItems": True}}}), bad, "response_format",
        "invalid_value", "uniqueItems")
    report.refused("an unknown role", chat(messages=[{"role": "x", "content": ""}]), bad,
                   "messages[0].role", "invalid_value")
    report.refused("no content", chat(messages=[{"role": "user"}]), bad, "messages[0].content",
                   "missing_required_parameter")
    report.refused("a tool without a name", chat(tools=[{"type": "function", "function": {}}]), bad,
                   "tools[0].function.name", "missing_required_parameter")
    report.refused("an unknown format", chat(response_format={"type": "xml"}), bad,
                   "response_format.type", "invalid_value")
    report.refused("a format without a schema", chat(response_format={"type": "json_schema"}), bad,
                   "response_format.json_schema", "missing_required_parameter")


def unsupported(report, chat):
    bad, code = openai.BadRequestError, "unsupported_value"
    image = {"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}
    sound = {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}
    file = {"type": "file", "file": {"file_id": "f"}}
    for part in [image, sound, file]:
        report.refused(part["type"], chat(messages=[{"role": "user", "content": [part]}]), bad,
                       "messages[0].content[0].type", code)
    report.refused("audio", chat(audio={"voice": "x", "format": "wav"}), bad, "audio", code)
    report.refused("modalities", chat(modalities=["text", "audio"]), bad, "modalities[1]",
                   "invalid_value")
    report.refused("web search", chat(web_search_options={}), bad, "web_search_options", code)
    report.refused("store", chat(store=True), bad, "store", code)
    report.refused("verbosity", chat(verbosity="low"), bad, "verbosity", "invalid_value")
    report.refused("custom tools", chat(tools=[{"type": "custom", "custom": {"name": "x"}}]), bad,
                   "tools[0].type", code)


def sizes(report, client, model):
    limit = client.post("/../tokenize", cast_to=object,
                        body={"model": model, "prompt": "x"})["max_model_len"]
    words = "word " * (2 * limit)
    calls = {
        "messages": lambda: client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": words}]),
        "prompt": lambda: client.completions.create(model=model, prompt=words),
        "input": lambda: client.responses.create(model=model, input=words),
    }
    for param, call in calls.items():
        error = report.refused(f"{param} too long", call, openai.BadRequestError, param,
                               "context_length_exceeded", f"{limit} tokens")
        numbers = [int(w) for w in error.body["message"].split() if w.isdigit()] if error else []
        report.check("both numbers", len(numbers) == 2 and numbers[1] >= numbers[0] == limit,
                     numbers)
    error = report.refused("a vector's text too long",
                           lambda: client.embeddings.create(model=model, input=words),
                           openai.BadRequestError, "input", "context_length_exceeded",
                           f"{limit} tokens")
    streamed = report.refused("too long in a stream", lambda: client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": words}], stream=True),
        openai.BadRequestError, "messages", "context_length_exceeded")
    report.check("they are no cuts", error and streamed)
    counted = client.responses.input_tokens.count(model=model, input=words)
    report.check("but can be counted", counted.input_tokens > limit, counted)
    huge = "x" * (65 << 20)
    try:
        client.chat.completions.create(model=model, messages=[{"role": "user", "content": huge}])
        report.check("413", False)
    except openai.APIStatusError as error:
        report.check("413", error.status_code == 413 and error.type == "invalid_request_error",
                     error)
    except openai.APIConnectionError as error:
        # The server may hang up before all of it is sent.
        report.check("413", True, error)


def others(report, client, model, chat):
    missing = "conformance-no-such-model"
    for name, call in {
            "chat": chat(model=missing),
            "text": lambda: client.completions.create(model=missing, prompt="x"),
            "vectors": lambda: client.embeddings.create(model=missing, input="x"),
            "responses": lambda: client.responses.create(model=missing, input="x"),
            "models": lambda: client.models.retrieve(missing)}.items():
        report.refused(f"no model: {name}", call, openai.NotFoundError, None, "model_not_found",
                       missing)
    report.refused("no name", chat(model=""), openai.BadRequestError)
    report.refused("no such route", lambda: client.post("/nothing", cast_to=object, body={}),
                   openai.NotFoundError, text="POST /v1/nothing")
    try:
        client.get("/chat/completions", cast_to=object)
        report.check("405", False)
    except openai.APIStatusError as error:
        report.same("405", (error.status_code, error.response.headers["allow"]), (405, "POST"))
    for body in [b"", b"{", b"[]", b"\xff", b"null", b"[" * 100000]:
        response = client._client.post(str(client.base_url) + "chat/completions", content=body)
        found = (response.status_code, response.json()["error"]["type"])
        report.same(f"body {body[:6]!r}", found, (400, "invalid_request_error"))
