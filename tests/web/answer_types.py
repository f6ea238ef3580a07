"""The answers of the API as TypeScript: certhub/web/types/answers.d.ts, made from certhub/api/routes/answers.py.

`python -m tests.web.answer_types` writes the file anew. A test refuses one that differs from the models.
"""

import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from certhub.api.routes import answers

FILE = Path(__file__).parents[2] / "certhub" / "web" / "types" / "answers.d.ts"
HEAD = """\
// What the API answers, for the types of the pages' scripts. Made from certhub/api/routes/answers.py by
// `python -m tests.web.answer_types`: change the models there. A default test compares the two.
"""
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", Any: "unknown", type(None): "null"}


def models() -> list[type[answers.Answer]]:
    """Return the models of answers in the order in which the module describes them."""
    return [
        value
        for value in vars(answers).values()
        if isinstance(value, type) and issubclass(value, answers.Answer) and value is not answers.Answer
    ]


def typed(annotation: Any) -> str:
    """Return a Python annotation in TypeScript's words."""
    if annotation in PLAIN:
        return PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, answers.Answer):
        return annotation.__name__
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " | ".join(f'"{one}"' for one in inner)
    if origin in {Union, types.UnionType}:
        return " | ".join(typed(one) for one in inner)
    if origin is list:
        element = typed(inner[0])
        return f"({element})[]" if " " in element else f"{element}[]"
    if origin is dict and inner[0] is str:
        return f"Record<string, {typed(inner[1])}>"
    raise TypeError(f"no TypeScript for {annotation}")


def interface(model: type[answers.Answer]) -> str:
    """Return a model as an interface; a member with a default may be absent."""
    members = "".join(
        f"  {name}{'' if field.is_required() else '?'}: {typed(field.annotation)};\n"
        for name, field in model.model_fields.items()
    )
    first = (model.__doc__ or "").strip().splitlines()[0]
    return f"/** {first} */\nexport interface {model.__name__} {{\n{members}}}\n"


def declarations() -> str:
    """Return the whole file."""
    return "\n".join([HEAD, *map(interface, models())])


if __name__ == "__main__":
    FILE.write_text(declarations(), encoding="utf-8")
