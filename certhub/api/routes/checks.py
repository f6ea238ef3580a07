"""What a check of the hub says, in words: the same for the operator's page and for `certhub doctor`.

A check that is not good has a permanent code; its sentence and its next step are those of the API's problems.
"""

from typing import Any

from certhub.api.http.problem_words import catalogue
from certhub.setup.health import Check, as_dict


def words_of(check: Check) -> dict[str, str]:
    """Return `title`, `title_en`, `next_step` and `next_step_en`; empty where the check is good."""
    if check.ok:
        return {}
    known = catalogue()["problems"]
    told = known.get(check.code or "", known["NOT_CHECKED"])
    (title, step), (title_en, step_en) = told["zh"], told["en"]
    return {"title": title, "title_en": title_en, "next_step": step, "next_step_en": step_en}


def explained(checks: list[Check]) -> dict[str, Any]:
    """Return the JSON form, each check that is not good with its words."""
    told = as_dict(checks)
    rows = [row | words_of(check) for row, check in zip(told["checks"], checks, strict=True)]
    return told | {"checks": rows}
