"""Counts checks and prints one line each."""

import traceback

from openai import APIStatusError


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.name = ""

    def group(self, name, run, client, model):
        """Runs a group of checks; an exception is a failure of the group."""
        self.name = name
        try:
            run(self, client, model)
        except Exception as error:
            traceback.print_exc()
            self.check("no exception", False, f"{type(error).__name__}: {error}")

    def check(self, name, condition, shown=""):
        if condition:
            self.passed += 1
        else:
            self.failed += 1
        print(("ok    " if condition else "FAIL  ") + f"{self.name}: {name}"
              + ("" if condition else f"  {shown!r}"[:800]))

    def same(self, name, found, expected):
        self.check(name, found == expected, f"{found!r} is not {expected!r}")

    def refused(self, name, call, kind, param=None, code=None, text=""):
        """A call that is refused with an exception class, `param` and `code`."""
        try:
            result = call()
        except kind as error:
            body = error.body if isinstance(error.body, dict) else {}
            good = (type(error) is kind and body.get("param") == param and body.get("code") == code
                    and text in (body.get("message") or "") and bool(body.get("type")))
            self.check(name, good, (type(error).__name__, body))
            return error
        except APIStatusError as error:
            self.check(name, False, (type(error).__name__, error.body))
        else:
            self.check(name, False, ("no error", result))
        return None
