"""How a verification ended, as a clerk says it."""

from enum import StrEnum


class Result(StrEnum):
    """What the clerk found of the person (closed list, design of the wire)."""

    CONFIRMED = "confirmed"
    NOT_THE_PERSON = "not_the_person"
    REPORTED = "reported"
