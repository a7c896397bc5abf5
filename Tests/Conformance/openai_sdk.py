#!/usr/bin/env python3
"""Drives a running server with the official Python client of OpenAI.

    pip install openai
    python3 openai_sdk.py [--url http://127.0.0.1:11434] [--model demo] [--only GROUP]

The client runs with strict validation, so a missing or misspelt field fails here. Streams are also
read as bytes and held against the rules of server-sent events. Nothing depends on what the model
says, only on what it must say. Every check is one line of output; the exit status is the number of
checks that failed. Models that the checks make are named `conformance-*` and removed at the end.
"""

import argparse
import sys

from openai import OpenAI

from openai_checks import (background, chat, conversations, errors, others, responses, sampling,
                           sse, text, tools)
from openai_checks.report import Report

GROUPS = {
    "models": others.models, "chat": chat.run, "sampling": sampling.run, "tools": tools.run,
    "text": text.run, "embeddings": others.embeddings, "tokens": others.tokens,
    "rerank": others.rerank, "unserved": others.unserved, "responses": responses.run,
    "background": background.run, "conversations": conversations.run, "errors": errors.run,
    "async": others.asynchronous, "cancel": others.cancellation, "sse": sse.run,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default="http://127.0.0.1:11434")
    parser.add_argument("--model", default="demo")
    parser.add_argument("--only", choices=list(GROUPS))
    options = parser.parse_args()
    client = OpenAI(base_url=options.url + "/v1", api_key="none", max_retries=0, timeout=300,
                    _strict_response_validation=True)
    report = Report()
    for name, group in GROUPS.items():
        if options.only in (None, name):
            report.group(name, group, client, options.model)
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(min(report.failed, 100))


main()
