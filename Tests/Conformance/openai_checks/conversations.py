"""Conversations, and the responses in them."""

import openai


def run(report, client, model):
    made = client.conversations.create(metadata={"a": "b"}, items=[
        {"role": "user", "content": "My name is Ann."},
        {"type": "message", "role": "assistant", "content": "Hello, Ann."}])
    report.check("create", made.id.startswith("conv_") and made.metadata == {"a": "b"}, made)
    report.same("retrieve", client.conversations.retrieve(made.id), made)
    updated = client.conversations.update(made.id, metadata={"c": "d"})
    report.same("update", updated.metadata, {"c": "d"})
    report.check("empty", client.conversations.create().id.startswith("conv_"))
    items(report, client, made.id)
    answers(report, client, model, made.id)
    report.check("delete", client.conversations.delete(made.id).deleted)
    for name, call in {
            "retrieve": lambda: client.conversations.retrieve(made.id),
            "update": lambda: client.conversations.update(made.id, metadata={}),
            "delete": lambda: client.conversations.delete(made.id),
            "items": lambda: client.conversations.items.list(made.id),
            "respond": lambda: client.responses.create(model=model, input="x",
                                                       conversation=made.id)}.items():
        report.refused(f"gone: {name}", call, openai.NotFoundError)


def items(report, client, identifier):
    resource = client.conversations.items
    listed = list(resource.list(identifier, order="asc"))
    report.same("list", [i.content[0].text for i in listed], ["My name is Ann.", "Hello, Ann."])
    report.same("newest first", [i.id for i in resource.list(identifier)],
                [i.id for i in reversed(listed)])
    paged = list(resource.list(identifier, limit=1, order="asc"))
    report.same("page by page", [i.id for i in paged], [i.id for i in listed])
    added = resource.create(identifier, items=[
        {"role": "user", "content": [{"type": "input_text", "text": "What is my name?"}]}],
        include=["reasoning.encrypted_content"])
    report.check("create", len(added.data) == 1 and added.first_id == added.data[0].id, added)
    one = added.data[0].id
    report.same("retrieve", resource.retrieve(one, conversation_id=identifier).id, one)
    report.same("delete", resource.delete(one, conversation_id=identifier).id, identifier)
    report.refused("gone", lambda: resource.retrieve(one, conversation_id=identifier),
                   openai.NotFoundError)
    bad = openai.BadRequestError
    report.refused("limit", lambda: resource.list(identifier, limit=0), bad, "limit",
                   "invalid_value")
    report.refused("order", lambda: resource.list(identifier, order="up"), bad, "order",
                   "invalid_value")
    report.refused("after", lambda: resource.list(identifier, after="x"), bad, "after",
                   "invalid_value")
    report.refused("an item that is none", lambda: resource.create(identifier, items=[
        {"type": "x"}]), bad, "items[0].type", "invalid_value")


def answers(report, client, model, identifier):
    before = len(list(client.conversations.items.list(identifier)))
    response = client.responses.create(model=model, input="What is my name?", max_output_tokens=30,
                                       conversation=identifier)
    report.same("the response knows it", response.conversation.id, identifier)
    listed = list(client.conversations.items.list(identifier, order="asc"))
    report.same("it has what was said", [i.id for i in listed[before + 1:]],
                [i.id for i in response.output])
    for event in client.responses.create(model=model, input="Thanks.", stream=True,
                                         max_output_tokens=30,
                                         conversation={"id": identifier}):
        last = event
    report.check("a stream, too", len(list(client.conversations.items.list(identifier)))
                 == len(listed) + 1 + len(last.response.output), last)
    counted = client.responses.input_tokens.count(model=model, input="x", conversation=identifier)
    alone = client.responses.input_tokens.count(model=model, input="x")
    report.check("it counts", counted.input_tokens > alone.input_tokens, counted)
