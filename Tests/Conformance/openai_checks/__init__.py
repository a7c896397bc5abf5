"""Checks of OpenAI's API, one module a part of it."""
