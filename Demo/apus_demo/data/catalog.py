"""Tools that people use in first experiments, with the questions they ask.

`Kind` names say how a value is made (`make_value`). A question names its slots in braces.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Slot:
    """A parameter: names it may have, JSON type, kind of value, descriptions."""

    key: str
    names: tuple[str, ...]
    kind: str
    descriptions: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True)
class Known:
    """A tool of the catalog."""

    names: tuple[str, ...]
    descriptions: tuple[str, ...]
    slots: tuple[Slot, ...]
    questions: tuple[str, ...]


PLACE = Slot(
    "p",
    ("location", "city", "place", "city_name"),
    "place",
    (
        "The city",
        "The name of the city",
        "The city and state, e.g. San Francisco, CA",
        "City name",
        "The location to get the weather for",
        "city",
    ),
)
UNIT = Slot(
    "u",
    ("unit", "units", "format"),
    "unit",
    ("The unit of temperature", "celsius or fahrenheit", "Temperature unit"),
    False,
)

CATALOG = [
    Known(
        (
            "get_weather",
            "get_current_weather",
            "weather",
            "fetch_weather",
            "getWeather",
            "weather_lookup",
            "get_temperature",
        ),
        (
            "Get the weather",
            "Get the current weather for a city",
            "Get weather for a location",
            "Returns the current weather",
            "Get the current weather in a given location",
        ),
        (PLACE, UNIT),
        (
            "What is the weather like in {p}?",
            "What is the weather in {p}?",
            "weather in {p}",
            "What's the weather in {p}?",
            "How is the weather in {p}?",
            "Is it raining in {p}?",
            "What's the weather like in {p} today?",
            "What is the temperature in {p}?",
            "Weather {p}",
            "How warm is it in {p}?",
            "Will it rain in {p}?",
            "Tell me the weather in {p}.",
            "Do I need an umbrella in {p}?",
            "What's the current weather in {p}?",
            "What is the weather in {p} in {u}?",
            "How hot is it in {p} in {u}?",
            "Is it cold in {p}?",
            "What is the weather like today in {p}?",
        ),
    ),
    Known(
        ("get_time", "get_current_time", "current_time", "time_in"),
        (
            "Get the current time",
            "Get the current time in a city",
            "Returns the local time of a place",
        ),
        (
            Slot(
                "p",
                ("city", "location", "timezone", "place"),
                "place",
                ("The city", "Name of the city"),
            ),
        ),
        (
            "What time is it in {p}?",
            "What is the time in {p}?",
            "time in {p}",
            "Current time in {p}?",
            "Tell me the time in {p}.",
            "How late is it in {p}?",
        ),
    ),
    Known(
        ("web_search", "search", "search_web", "google"),
        ("Search the web", "Search the internet for a query", "Web search"),
        (
            Slot(
                "q",
                ("query", "q", "search_query"),
                "phrase",
                ("The search query", "What to search for"),
            ),
        ),
        (
            "Search for {q}",
            "Search the web for {q}.",
            "Look up {q}",
            "Google {q}",
            "Find pages about {q}.",
            "Search {q}",
        ),
    ),
    Known(
        ("calculate", "calculator", "evaluate"),
        (
            "Evaluate an arithmetic expression",
            "A calculator",
            "Calculate a mathematical expression",
        ),
        (
            Slot(
                "e",
                ("expression", "formula", "input"),
                "expression",
                ("The expression", "Expression to evaluate"),
            ),
        ),
        (
            "Calculate {e}",
            "What is {e}?",
            "How much is {e}?",
            "Compute {e}.",
            "Use the calculator: {e}",
        ),
    ),
    Known(
        ("add_numbers", "add", "add_two_numbers", "sum"),
        ("Add two numbers", "Adds two integers", "Return the sum of a and b"),
        (
            Slot("a", ("a", "x", "first"), "integer", ("The first number",)),
            Slot("b", ("b", "y", "second"), "integer", ("The second number",)),
        ),
        (
            "Add {a} and {b}.",
            "What is {a} + {b}?",
            "What is {a} plus {b}?",
            "Sum of {a} and {b}?",
            "How much is {a} + {b}?",
        ),
    ),
    Known(
        ("send_email", "send_mail", "email"),
        ("Send an email", "Sends a mail to somebody"),
        (
            Slot("t", ("to", "recipient", "address"), "email", ("The address", "Recipient")),
            Slot("s", ("subject", "title"), "phrase", ("The subject",)),
        ),
        (
            "Send an email to {t} with the subject {s}.",
            "Mail {t} about {s}",
            "Write an email to {t} with subject {s}",
            "Email {t}, subject: {s}",
        ),
    ),
    Known(
        ("send_message", "message", "text_user"),
        ("Send a message", "Send a text message to a person"),
        (
            Slot("n", ("name", "to", "user", "recipient"), "person", ("The person",)),
            Slot(
                "m", ("message", "text", "body"), "phrase", ("The message", "Text of the message")
            ),
        ),
        ("Send {n} the message {m}.", "Tell {n}: {m}", "Message {n}: {m}", "Text {n} saying {m}"),
    ),
    Known(
        ("get_stock_price", "stock_price", "get_quote"),
        ("Get the price of a stock", "Stock quote"),
        (Slot("s", ("symbol", "ticker", "stock"), "symbol", ("Ticker symbol",)),),
        (
            "What is the stock price of {s}?",
            "Price of {s}?",
            "How is {s} doing?",
            "Quote for {s}",
            "What is {s} trading at?",
        ),
    ),
    Known(
        ("convert_currency", "currency_converter"),
        ("Convert money between currencies", "Convert a currency"),
        (
            Slot("a", ("amount", "value"), "integer", ("The amount",)),
            Slot(
                "f", ("from", "from_currency", "source"), "currency", ("Currency to convert from",)
            ),
            Slot("t", ("to", "to_currency", "target"), "currency", ("Currency to convert to",)),
        ),
        (
            "Convert {a} {f} to {t}.",
            "How much is {a} {f} in {t}?",
            "What is {a} {f} in {t}?",
            "{a} {f} in {t}",
        ),
    ),
    Known(
        ("translate", "translate_text"),
        ("Translate a text", "Translate text into a language"),
        (
            Slot("x", ("text", "input"), "phrase", ("The text",)),
            Slot(
                "l",
                ("language", "target_language", "target", "to"),
                "language",
                ("The target language",),
            ),
        ),
        (
            "Translate {x} to {l}.",
            "How do you say {x} in {l}?",
            "What is {x} in {l}?",
            "Say {x} in {l}",
        ),
    ),
    Known(
        ("set_timer", "start_timer", "timer"),
        ("Set a timer", "Starts a timer"),
        (
            Slot(
                "m", ("minutes", "duration", "time"), "integer", ("Minutes", "Duration in minutes")
            ),
        ),
        (
            "Set a timer for {m} minutes.",
            "Start a {m} minute timer",
            "Timer {m} minutes",
            "Wake me in {m} minutes.",
        ),
    ),
    Known(
        ("play_music", "play_song", "play"),
        ("Play music", "Play a song"),
        (Slot("s", ("song", "title", "query", "name"), "phrase", ("The song",)),),
        ("Play {s}", "Play the song {s}.", "I want to hear {s}", "Put on {s}."),
    ),
    Known(
        ("turn_on", "switch_on", "turn_on_light", "lights_on"),
        ("Turn on a light", "Switch the light of a room on"),
        (Slot("r", ("room", "location", "name"), "room", ("The room",)),),
        (
            "Turn on the light in the {r}.",
            "Light on in the {r}",
            "Switch on the {r} light.",
            "It is dark in the {r}.",
        ),
    ),
    Known(
        ("read_file", "Read", "open_file", "cat"),
        ("Read a file", "Reads the content of a file"),
        (
            Slot(
                "f",
                ("path", "file_path", "filename", "file"),
                "path",
                ("The path", "Path of the file"),
            ),
        ),
        ("Read {f}", "Show me the file {f}.", "What is in {f}?", "Open {f}", "Read the file {f}."),
    ),
    Known(
        ("list_files", "ls", "list_directory"),
        ("List the files of a directory", "List a folder"),
        (
            Slot(
                "f",
                ("path", "directory", "folder"),
                "folder",
                ("The directory", "Path of the folder"),
            ),
        ),
        ("List the files in {f}.", "What files are in {f}?", "ls {f}", "Show the folder {f}"),
    ),
    Known(
        ("run_command", "bash", "Bash", "execute", "shell"),
        ("Run a shell command", "Execute a command"),
        (Slot("c", ("command", "cmd"), "command", ("The command",)),),
        ("Run {c}", "Run the command {c}.", "Execute {c}", "Please run {c}"),
    ),
    Known(
        ("create_reminder", "remind", "add_reminder"),
        ("Create a reminder", "Remind the user"),
        (
            Slot("x", ("text", "title", "reminder"), "phrase", ("What to remember",)),
            Slot("t", ("time", "at", "when"), "time", ("The time",)),
        ),
        ("Remind me at {t} about {x}.", "Remind me about {x} at {t}", "Set a reminder at {t}: {x}"),
    ),
]
