"""The reference for chat templates: jinja2, set up as Hugging Face transformers does.

Follows `_compile_jinja_template` and `apply_chat_template` of transformers 4.5x
(transformers/utils/chat_template_utils.py, tokenization_utils_base.py).
"""
import datetime
import json

import jinja2
import jinja2.ext
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2025, 2, 3, 4, 5, 6)
BOS, EOS = "<bos>", "<eos>"


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("run")
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def run(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda layout: NOW.strftime(layout)
    return env


def render(source, variables):
    """The text, or None where the reference raises."""
    try:
        template = environment().from_string(source)
        return template.render(**({"bos_token": BOS, "eos_token": EOS} | variables))
    except Exception:  # noqa: BLE001 - whatever it raises, an error is the expected result
        return None
