"""The reference for chat templates: jinja2, set up as Hugging Face transformers does.

Follows `_compile_jinja_template` and `apply_chat_template` of transformers 5
(transformers/utils/chat_template_utils.py, tokenization_utils_base.py).
"""
import datetime
import json

import jinja2
import jinja2.ext
import jinja2.utils
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


def check(name):
    if isinstance(name, str) and name.startswith("_"):
        raise jinja2.exceptions.SecurityError(name)


class Fields(jinja2.utils.Namespace):
    """A namespace without fields for Python's own names, as transformers 5 has it."""

    def __init__(*args, **kwargs):
        for name in dict(*args[1:], **kwargs):
            check(name)
        jinja2.utils.Namespace.__init__(*args, **kwargs)

    def __setitem__(self, name, value):
        check(name)
        jinja2.utils.Namespace.__setitem__(self, name, value)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["namespace"] = Fields
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
