"""The words of messages: templates.json by template and language; what is said of them is in words.json.

A subject has no placeholder at all: it stands in lists, logs and notifications where anybody may read it.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter

from certhub.readable import require_readable
from certhub.sharing.messages.rules import Message, Template, require_link

LANGUAGES = ("zh", "en")
LINK = "link"


@cache
def templates() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return templates.json: `subject` and `text`, by template and language."""
    return _read("templates.json")


@cache
def words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return words.json: media, templates, states and troubles, each in both languages."""
    return _read("words.json")


def placeholders(text: str) -> frozenset[str]:
    """Return the names of what is to be filled into a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def needed(template: Template) -> frozenset[str]:
    """Return the names of the values that a template needs."""
    return placeholders(templates()[template][LANGUAGES[0]]["text"])


def worded(message: Message) -> tuple[str, str]:
    """Return the subject and the text of a message.

    Raises:
        TypeError: the values are not those that the template needs; a fault of the caller.
        ValueError: the link could carry something about somebody.
        TextRefused: a value cannot be read as it stands.
    """
    if message.values.keys() != needed(message.template):
        raise TypeError(
            f"a message {message.template.value} needs {', '.join(sorted(needed(message.template)))}"
        )
    require_readable(**message.values)
    if LINK in message.values:
        require_link(message.values[LINK], address=message.address)
    words = templates()[message.template][message.language]
    return words["subject"], words["text"].format_map(message.values)


def _read(name: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    read: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(
        files("certhub.sharing.messages").joinpath(name).read_text(encoding="utf-8")
    )
    return read
