"""Responses in the background: poll, stream, leave and come back, cancel."""

import time

import openai

from .sse import response_events

# An answer that takes a while, whatever the model.
LONG = {"format": {"type": "json_schema", "name": "x", "strict": True, "schema": {
    "type": "array", "minItems": 200, "items": {"type": "integer", "minimum": 1000}}}}


def run(report, client, model):
    def create(**settings):
        return client.responses.create(**{"model": model, "input": "Hello", "background": True,
                                          "max_output_tokens": 99,
                                          **settings})

    poll(report, client, create)
    streams(report, client, create)
    cancel(report, client, model, create)
    report.refused("needs to be stored", lambda: create(store=False), openai.BadRequestError,
                   "background", "invalid_value")


def poll(report, client, create):
    response = create()
    report.check("answers at once", response.status in ("queued", "in_progress")
                 and response.background and response.output == [], response)
    for _ in range(600):
        response = client.responses.retrieve(response.id)
        if response.status not in ("queued", "in_progress"):
            break
        time.sleep(0.1)
    report.check("ends", response.status in ("completed", "incomplete")
                 and response.output_text, response)
    report.refused("has no events", lambda: list(client.responses.retrieve(
        response.id, stream=True)), openai.BadRequestError, "stream", "unsupported_value")
    report.same("cancelled too late", client.responses.cancel(response.id).status, response.status)


def streams(report, client, create):
    events = list(create(stream=True))
    report.same("queued first", [e.type for e in events[:3]],
                ["response.created", "response.queued", "response.in_progress"])
    response_events(report, "events", [e.model_dump() for e in events])
    identifier = events[0].response.id
    again = list(client.responses.retrieve(identifier, stream=True))
    report.same("all of them again", [e.model_dump() for e in again],
                [e.model_dump() for e in events])
    rest = list(client.responses.retrieve(identifier, stream=True, starting_after=4))
    report.same("from where one left", [e.sequence_number for e in rest],
                list(range(5, len(events))))
    with client.responses.stream(response_id=identifier) as helper:
        kinds = [event.type for event in helper]
    report.same("with the helper", kinds, [e.type for e in events])
    left = create(stream=True, input="Tell me about mountains.")
    first = next(iter(left))
    left.close()
    events = list(client.responses.retrieve(first.response.id, stream=True, starting_after=0))
    report.check("goes on when nobody reads", events[0].sequence_number == 1
                 and events[-1].type
                 in ("response.completed", "response.incomplete"), events[-1].type)


def cancel(report, client, model, create):
    response = create(max_output_tokens=900, text=LONG)
    cancelled = client.responses.cancel(response.id)
    report.same("cancel", cancelled.status, "cancelled")
    report.same("stays so", client.responses.retrieve(response.id).status, "cancelled")
    report.same("twice is once", client.responses.cancel(response.id).status, "cancelled")
    stream = create(max_output_tokens=900, text=LONG, stream=True)
    identifier = next(iter(stream)).response.id
    client.responses.cancel(identifier)
    report.check("its stream ends", all(True for _ in stream))
    gone = create(max_output_tokens=900, text=LONG)
    client.responses.delete(gone.id)
    report.refused("deleted in the making", lambda: client.responses.retrieve(gone.id),
                   openai.NotFoundError)
    plain = client.responses.create(model=model, input="Hello")
    report.refused("only in the background", lambda: client.responses.cancel(plain.id),
                   openai.BadRequestError)
