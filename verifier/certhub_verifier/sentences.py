"""What a person is told, in Chinese and English: one catalogue, `sentences.json`, and nothing beside it.

Each code has a headline (what is the case) and a next step (what to do now). A sentence is written in
several ways, fullest first; the first one whose details are all known is used, and the last needs none, so
that a missing date never shows as a hole. Times are shown in China Standard Time, a fixed +08:00 that
needs no time zone data.

The sentence that offers to accept a case incomplete exists only for matters that allow it (DESIGN §4).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from string import Formatter
from typing import Any, Literal

from certhub_schemas.predicates import TODAY

from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.looks import look_of

Lang = Literal["zh", "en"]
CHINA = timezone(timedelta(hours=8))
BANNED = ("非法", "无效参数", "系统异常", "请联系管理员")  # never a whole answer: they tell nobody what to do
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")

CATALOGUE: Mapping[str, Any] = json.loads(
    files("certhub_verifier").joinpath("sentences.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is the case, and what to do now."""

    headline: str
    next_step: str


def explain(
    code: str,
    detail: Mapping[str, str],
    *,
    lang: Lang,
    deficiency_allowed: bool = False,
    now: datetime | None = None,
) -> Sentence:
    """Return the sentence of `code`, a code of `causes.CODES`.

    `detail` gives what the placeholders stand for; RFC 3339 times in it are shown in China Standard Time, as
    "today 09:41" on the day of `now`; `agency_en` stands for `agency` in English. A placeholder without a
    detail picks a plainer way to say it.

    Raises:
        KeyError: no such code; codes come from the catalogue, so this is a mistake of the caller.
    """
    return _say(CATALOGUE["codes"][code][lang], detail, lang, deficiency_allowed, now)


def explain_receipt(finding: str, *, lang: Lang) -> Sentence:
    """Return the sentence of a finding about a receipt (`receipts.Finding`)."""
    return _say(CATALOGUE["receipts"][finding][lang], {}, lang, False, None)


def explain_trouble(trouble: str, detail: Mapping[str, str], *, lang: Lang) -> Sentence:
    """Return the sentence of an input that could not be read (`results.Trouble`)."""
    return _say(CATALOGUE["troubles"][trouble][lang], detail, lang, False, None)


def explain_misuse(code: str, detail: Mapping[str, str], *, lang: Lang) -> Sentence:
    """Return the sentence of a command that was used wrongly (`options.WrongUse`)."""
    return _say(CATALOGUE["misuse"][code][lang], detail, lang, False, None)


def finding_word(finding: str, lang: Lang) -> str:
    """Return what is said in large of a receipt: of the receipt, not of what it records."""
    return str(CATALOGUE["findings"][finding][lang])


def fact_name(fact: Fact, lang: Lang) -> str:
    """Return what the question is called."""
    return str(CATALOGUE["facts"][fact.value][lang])


def outcome_word(outcome: Outcome, lang: Lang) -> str:
    """Return what the answer is called."""
    return str(CATALOGUE["outcomes"][outcome.value][lang])


def named(section: str, name: str, lang: Lang) -> str:
    """Return the word of one of the small sections: `evidence`, `origins`, `modes`, `whose`."""
    return str(CATALOGUE[section][name][lang])


def cause_words(cause: str, lang: Lang) -> str:
    """Return the plainest words for a cause, as they stand beside a fact; an unknown one stands as it is."""
    entry = CATALOGUE["codes"].get(cause)
    return str(entry[lang]["headline"][-1]) if entry else cause


def predicate_words(name: str, arguments: Mapping[str, object], lang: Lang) -> str:
    """Return what is asked in the place of a value, as fully as its arguments are known; a later one by its name."""
    entry = CATALOGUE["predicates"].get(name)
    if entry is None:
        return name
    known = {
        word: phrase("today_itself", lang) if value == TODAY else str(value)
        for word, value in arguments.items()
    }
    return _fill(entry[lang], known)


def look_detail(text: str) -> dict[str, str]:
    """Return what the sentence of NOT_OUR_CODE can say of `text`: what it looks like, never a part of it."""
    words = CATALOGUE["looks"][look_of(text).value]
    return {"looks": words["zh"], "looks_en": words["en"]}


def moment_words(moment: datetime, *, lang: Lang, now: datetime | None = None) -> str:
    """Return `moment` (aware) in China Standard Time, to the minute; "today" on the day of `now`."""
    local = moment.astimezone(CHINA)
    if now is not None and now.astimezone(CHINA).date() == local.date():
        return phrase("today", lang, time=f"{local:%H:%M}")
    return f"{local:%Y-%m-%d %H:%M}"


def age_words(seconds: float, lang: Lang) -> str:
    """Return an age in whole words: just now, seconds, minutes, hours, days; "in the future" from a minute on.

    Ten seconds are told already: a status list is no longer the latest after thirty.
    """
    minutes = int(max(seconds, 0) // 60)
    if seconds < -60:
        return phrase("future", lang)
    if seconds < 10:
        return phrase("now", lang)
    if minutes < 1:
        return phrase("seconds", lang, n=int(seconds))
    if minutes < 60:
        return phrase("minutes", lang, n=minutes)
    if minutes < 48 * 60:
        return phrase("hours", lang, n=minutes // 60)
    return phrase("days", lang, n=minutes // (24 * 60))


def phrase(name: str, lang: Lang, **values: object) -> str:
    """Return one of the small phrases of `words`, filled in."""
    return str(CATALOGUE["words"][name][lang]).format(**values)


def placeholders(text: str) -> frozenset[str]:
    """Return the names that `text` needs."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def _say(
    entry: Mapping[str, Sequence[str]],
    detail: Mapping[str, str],
    lang: Lang,
    deficiency_allowed: bool,
    now: datetime | None,
) -> Sentence:
    known = {name: (lang == "en" and detail.get(f"{name}_en")) or value for name, value in detail.items()}
    shown = {name: _shown(value, lang, now) for name, value in known.items() if value}
    steps = entry.get("deficiency") if deficiency_allowed else None
    return Sentence(_fill(entry["headline"], shown), _fill(steps or entry["next_step"], shown))


def _fill(ways: Sequence[str], values: Mapping[str, str]) -> str:
    way = next((way for way in ways if placeholders(way) <= values.keys()), ways[-1])
    return way.format_map(values)


def _shown(value: str, lang: Lang, now: datetime | None) -> str:
    if _MOMENT.fullmatch(value):
        return moment_words(datetime.fromisoformat(value), lang=lang, now=now)
    return value
