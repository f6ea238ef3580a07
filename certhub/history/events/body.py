"""What every body of an event is."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Body:
    """What an event says beyond who did what to which subject; printed whole, in the order of its members."""

    def members(self) -> dict[str, Any]:
        """Return the body as JSON values."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()
        }
