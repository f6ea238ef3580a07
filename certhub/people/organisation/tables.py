"""Rows of the organisation noun. Each grants something, and carries a MAC (certhub/db/grants.py).

An agency's row says what it may issue, an office's and a window's where somebody may verify.
"""

from datetime import date

from sqlalchemy import Index, Text
from sqlmodel import Field

from certhub.db.grants import Granting

DIVISION, USCC, CODE, NAME, NAME_EN = 13, 18, 32, 60, 120  # characters


class DivisionRow(Granting, table=True):
    """A division of the region, or the region itself."""

    __tablename__ = "division"

    code: str = Field(primary_key=True, max_length=DIVISION)
    name: str = Field(max_length=NAME)
    name_en: str = Field(max_length=NAME_EN)
    level: str = Field(max_length=8)
    parent: str = Field(max_length=DIVISION, index=True)
    since: date
    until: date | None = None


class AgencyRow(Granting, table=True):
    """An agency; the kinds that it may issue are joined by a space."""

    __tablename__ = "agency"
    __table_args__ = (Index("ix_agency_of_division", "division", "code"),)

    code: str = Field(primary_key=True, max_length=USCC)
    name: str = Field(max_length=NAME)
    name_en: str = Field(max_length=NAME_EN)
    parent: str = Field(max_length=USCC, index=True)
    division: str = Field(max_length=DIVISION)
    kinds: str = Field(sa_type=Text)
    since: date
    until: date | None = None


class OfficeRow(Granting, table=True):
    """An office of an agency."""

    __tablename__ = "office"
    __table_args__ = (Index("ix_office_of_agency", "agency", "code"),)

    code: str = Field(primary_key=True, max_length=CODE)
    name: str = Field(max_length=NAME)
    kind: str = Field(max_length=8)
    agency: str = Field(max_length=USCC)
    division: str = Field(max_length=DIVISION, index=True)
    address: str = Field(max_length=NAME_EN)
    since: date
    until: date | None = None


class WindowRow(Granting, table=True):
    """A window of an office; `window` alone is a word of PostgreSQL."""

    __tablename__ = "office_window"

    office: str = Field(primary_key=True, max_length=CODE)
    code: str = Field(primary_key=True, max_length=CODE)
    name: str = Field(max_length=NAME)
    since: date
    until: date | None = None
