"""Frozen values made at the price of open ones, where hundreds are made for one verification.

    _checked = quick(Checked)        _checked(fact, outcome, …) == Checked(fact, outcome, …), a fifth of the time

The `__init__` of a frozen dataclass sets each member through `object.__setattr__`, since nothing else may set one. Here
the same members are set on an open twin of the class, of the same layout, which then becomes the class: what comes
out is the value that the class itself makes, frozen as every other.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_ABSENT = object()


def quick(made: Callable[P, T]) -> Callable[P, T]:
    """Return what makes values of a class as calling it does: a frozen dataclass with slots that checks nothing.

    Raises:
        TypeError: the class has a `__post_init__`, which would not be called, or a member that is not given.
    """
    cls: Any = made
    if hasattr(cls, "__post_init__") or not all(one.init for one in fields(cls)):
        raise TypeError(f"{cls.__name__} looks at its members when it is made, or makes some itself")
    members = fields(cls)
    twin = type(f"_Open{cls.__name__}", (), {"__slots__": cls.__slots__})
    known: dict[str, Any] = {"_new": object.__new__, "_twin": twin, "_class": cls, "_absent": _ABSENT}
    given, by_name, lines = list[str](), list[str](), list[str]()
    for one in members:
        default = ""
        if one.default is not MISSING:
            known[f"_default_{one.name}"], default = one.default, f"=_default_{one.name}"
        elif one.default_factory is not MISSING:
            known[f"_made_{one.name}"], default = one.default_factory, "=_absent"
            lines.append(f"  if {one.name} is _absent: {one.name} = _made_{one.name}()")
        (by_name if one.kw_only else given).append(one.name + default)
    parameters = ", ".join([*given, *(["*", *by_name] if by_name else [])])
    stores = [f"  _value.{one.name} = {one.name}" for one in members]
    text = "\n".join(
        [f"def make({parameters}):", *lines, "  _value = _new(_twin)", *stores, "  _value.__class__ = _class"]
    )
    exec(text + "\n  return _value", known)  # noqa: S102 — the names are those of a class of ours, as in `dataclasses`
    make: Callable[P, T] = known["make"]
    return make
