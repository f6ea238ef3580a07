"""What a ticket opens."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TicketItem:
    """One certificate that a ticket opens; `fields` None leaves the choice to the matter."""

    certificate_id: str
    fields: tuple[str, ...] | None = None
