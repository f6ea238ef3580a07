"""Frozen values made at the price of open ones, where hundreds are made for one verification.

    _checked = quick(Checked)        _checked(fact, outcome, …) == Checked(fact, outcome, …), a third of the time

The `__init__` of a frozen dataclass sets each member through `object.__setattr__`, since nothing else may set one. Here
the same members are set on an open twin of the class, of the same layout, which then becomes the class: what comes
out is the value that the class itself makes, frozen as every other.
"""

from collections.abc import Callable
from dataclasses import field, fields, make_dataclass
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def quick(made: Callable[P, T]) -> Callable[P, T]:
    """Return what makes values of a class as calling it does: a frozen dataclass with slots that checks nothing.

    Raises:
        TypeError: the class has a `__post_init__`, which would not be called.
    """
    cls: Any = made
    if hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__name__} looks at its members when it is made")
    members = [
        (
            one.name,
            Any,
            field(default=one.default, default_factory=one.default_factory, kw_only=one.kw_only),
        )
        for one in fields(cls)
    ]
    twin = make_dataclass(f"_Open{cls.__name__}", members, slots=True)

    def make(*args: P.args, **kwargs: P.kwargs) -> T:
        value: Any = twin(*args, **kwargs)
        value.__class__ = cls
        found: T = value
        return found

    return make
