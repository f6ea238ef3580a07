"""exchange.json: questions to another region, and what comes of its answers."""

# ruff: noqa: E501 - the tables read across

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.vectors import wire, world
from tests.vectors.codes import payload as sealed_payload
from tests.vectors.judge import judge
from tests.vectors.vector import OURS, Vector, VectorFile
from tests.vectors.verdicts import Disagreement, Expected, the_world

NOW = world.seconds(world.NOW)
HOME, AWAY = world.HOME, world.AWAY
_GIVEN = {"trust": "base", "matter": world.OFFLINE_MATTER}
TOLD = (
    "well_formed",
    "signature",
    "issuer_known",
    "issuer_entitled",
    "dates",
    "status",
    "audience",
    "one_time",
)


def exchange_file() -> VectorFile:
    """Return exchange.json."""
    return VectorFile(
        name="exchange",
        about="Questions from region to region (xr-req+jwt), answers (xr-res+jwt), and the reports that follow.",
        read="`at` is the region that reads `token` at `now`. Refuse it unless it is well formed, signed by an exchange "
        "key of the region in iss, meant for `at`, not older than its life and 60 s, and (an answer) the answer to "
        "`question`. What is signed well and states a format above 3 needs an upgrade. For an answer, `reports` has the report "
        "of each item that is told, judged by trust list and matter.",
        given=_GIVEN | {"question": asked()},
        vectors=[*_questions(), *_bad_questions(), *_answers(), *_bad_answers()],
    )


def question(**changes: Any) -> dict[str, Any]:
    """Return the payload of a question that Wuhan puts to Ezhou; `...` takes a member away."""
    asked = {
        "code": "EC1CTTWABCDEFGHJKMNP",
        "matter": world.OFFLINE_MATTER,
        "purpose": "verify",
        "verification_id": "v" * 22,
        "window": "2 号窗口",
        "matter_digest": wire.digest("the matter"),
    }
    agreement = wire.digest(wire.compact(world.agreement_file()))
    plain = {
        "format": 3,
        "iss": AWAY,
        "aud": HOME,
        "iat": NOW,
        "exp": NOW + 60,
        "jti": "q" * 22,
        "htm": "POST",
        "htu": "/xr/v1/query",
        "agr": f"420700-420100-1@sha256:{agreement}",
        "office": "武汉市政务服务中心",
        "op": "o" * 22,
        "unit": AWAY,
        "case": "c" * 22,
        "mode": "L1",
        "q": [asked],
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def earlier_question(number: int, **changes: Any) -> dict[str, Any]:
    """Return the payload of a question of an earlier format."""
    plain = question()["q"][0]
    left = {"unit": ..., "case": ..., "mode": ..., "format": ... if number == 1 else number}
    entry = {name: value for name, value in plain.items() if name != "matter_digest"}
    return question(**(left | {"q": [entry]} | changes))


def asked(content: Any = None, key: Any = None) -> str:
    """Return a question, signed by Wuhan."""
    signer = key or world.region_key("exchange", AWAY)
    return wire.jws(question() if content is None else content, "xr-req+jwt", signer)


def told(**changes: Any) -> list[dict[str, Any]]:
    """Return the facts that Ezhou states: all good, but for `changes` by name; None takes one away."""
    facts = []
    for name in TOLD:
        plain = {"fact": name, "outcome": "yes", "as_of": world.instant(world.NOW)}
        if name not in changes or changes[name] is not None:
            facts.append(plain | changes.get(name, {}))
    return facts


def item(**changes: Any) -> dict[str, Any]:
    """Return one certificate behind the code."""
    plain = {
        "kind": world.LICENCE,
        "kind_version": 1,
        "facts": told(),
        "disclosed": {"名称": "示例小面馆", "证照编号": "92420799MA99990138"},
        "cert_digest": wire.digest("a certificate"),
        "issuer": {"code": world.AGENCY, "name": "鄂州市市场监督管理局（演示）"},
        "valid_from": "2024-01-05",
        "valid_to": None,
        "predicates": [],
        "subjects": ["s" * 22],
        "status": {"list": 3, "index": 40_961},
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def predicate(**changes: Any) -> dict[str, Any]:
    """Return what is answered in the place of a value."""
    plain = {
        "name": "in_force_on",
        "arguments": {"date": "today"},
        "outcome": "yes",
        "as_of": world.instant(world.NOW),
    }
    return plain | changes


def earlier_item(number: int, **changes: Any) -> dict[str, Any]:
    """Return one certificate as an earlier format tells it."""
    left = ["predicates", "subjects", "status"]
    left += ["kind_version", "issuer", "valid_from", "valid_to"] if number == 1 else []
    return item(**(dict.fromkeys(left, ...) | changes))


def answer(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the payload of Ezhou's answer; `...` takes a member away."""
    result = {
        "cause": None,
        "used_at": None,
        "used_where": None,
        "shown": len(items) or None,
        "identity": None,
        "items": list(items),
    }
    plain = {
        "format": 3,
        "iss": HOME,
        "aud": AWAY,
        "iat": NOW,
        "exp": NOW + 60,
        "jti": "r" * 22,
        "req": wire.digest(asked()),
        "results": [result],
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def answered(content: Any, key: Any = None) -> str:
    """Return an answer, signed by Ezhou."""
    return wire.jws(content, "xr-res+jwt", key or world.region_key("exchange"))


def _questions() -> Iterator[Vector]:
    rows = [
        ("question", "One code, one matter.", question()),
        ("question-without-agreement", "agr is null where none is quoted.", question(agr=None)),
        ("question-no-window", "A window may be empty.", question(q=[question()["q"][0] | {"window": ""}])),
        ("question-of-two", "Two codes in one question.", question(q=question()["q"] * 2)),
        ("question-format-1", "Without the member it is in format 1.", earlier_question(1)),
        (
            "question-format-2",
            "It knows neither unit, case, mode nor the matter's digest.",
            earlier_question(2),
        ),
        ("question-by-a-unit", "A bureau asks, for no case.", question(unit=f"{AWAY}-GD", case=None)),
        (
            "question-without-a-digest",
            "null where the matter is not named by digest.",
            question(q=[question()["q"][0] | {"matter_digest": None}]),
        ),
    ]
    for name, why, content in rows:
        yield Vector(name=name, why=why, input={"typ": "xr-req+jwt", "at": HOME, "token": asked(content)},
                     expect={"outcome": "read", "payload": content})  # fmt: skip


def _refused(name: str, why: str, value: dict[str, Any], origin: str = OURS, **given: Any) -> Vector:
    return Vector(name=name, why=why, origin=origin, given=given, input=value, expect={"outcome": "refused"})


def _bad_questions() -> Iterator[Vector]:
    entry = question()["q"][0]
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("member-missing", "Every member has to be there.", question(office=...)),
        ("format-1-written", "Format 1 is told by the absence of the member.", question(format=1)),
        ("format-0", "A whole number above 1.", question(format=0)),
        ("format-text", "A whole number above 1.", question(format="3")),
        ("format-3-without-unit", "Format 3 says who asks.", question(unit=...)),
        ("format-3-without-mode", "Format 3 says how it was shown.", question(mode=...)),
        ("format-2-with-mode", "Format 2 does not know it.", earlier_question(2, mode="L1")),
        ("format-2-with-a-digest", "Format 2 does not know it.", earlier_question(2, q=[entry])),
        ("unit-in-lower-case", "A region, or a unit of it.", question(unit=f"{AWAY}-gd")),
        ("case-in-the-clear", "A name that means nothing elsewhere.", question(case="办-1")),
        ("mode-unknown", "L1, L2 or L3.", question(mode="L0")),
        ("member-unknown", "No other member may be there.", question(x=1)),
        ("to-oneself", "A region does not ask itself.", question(aud=AWAY)),
        ("to-another", "Meant for a third region.", question(aud=world.STRANGER)),
        ("get", "Always POST.", question(htm="GET")),
        ("another-path", "Always the one path.", question(htu="/xr/v1/other")),
        (
            "agreement-without-digest",
            "An agreement is quoted with its digest.",
            question(agr="420700-420100-1"),
        ),
        ("no-question", "At least one.", question(q=[])),
        ("17-questions", "At most 16.", question(q=[entry] * 17)),
        ("code-empty", "Something was scanned.", question(q=[entry | {"code": ""}])),
        ("jti-too-short", "16 characters at least.", question(jti="short")),
        ("two-minutes", "A question lives for at most 60 s.", question(exp=NOW + 120)),
        ("aud-a-list", "One region.", question(aud=[HOME])),
        ("yesterday", "Its life and a minute are over.", question(iat=NOW - 86_400, exp=NOW - 86_340)),
        ("tomorrow", "More than a minute ahead.", question(iat=NOW + 120, exp=NOW + 180)),
    ]
    for name, why, content in rows:
        yield _refused(f"question-{name}", why, {"typ": "xr-req+jwt", "at": HOME, "token": asked(content)})
    keys = [
        ("by-the-wrong-region", "Ezhou's key under Wuhan's name.", world.region_key("exchange", HOME)),
        ("by-a-receipt-key", "Another purpose.", world.region_key("receipt", AWAY)),
        ("by-a-stranger", "No member.", world.region_key("receipt", world.STRANGER)),
    ]
    for name, why, key in keys:
        yield _refused(f"question-{name}", why, {"typ": "xr-req+jwt", "at": HOME, "token": asked(key=key)})


def _judged(name: str, why: str, content: dict[str, Any], *expected: Expected, **given: Any) -> Vector:
    """Return an answer with the reports of its items, once the package says what is expected of each."""
    value = {"typ": "xr-res+jwt", "at": AWAY, "token": answered(content)}
    found = judge("exchange", {"input": value, "given": given}, _GIVEN | {"question": asked()}, the_world())
    said = [(one["verdict"], one["code"]) for one in found.get("reports", [])]
    if found["outcome"] != "read" or said != [(one.verdict, one.code) for one in expected]:
        raise Disagreement(f"exchange {name}: expected {expected}, the package says {said}")
    return Vector(name=name, why=why, given=given, input=value, expect=found)


def _answers() -> Iterator[Vector]:
    good, unknown = Expected("valid", "OK"), Expected("undetermined", "STATUS_UNKNOWN")
    unstated = Expected("check", "VERSION_UNSTATED")
    old = world.instant(world.NOW - timedelta(days=2))
    revoked = {"outcome": "no", "cause": "REVOKED", "detail": {"date": "2026-01-01"}}
    yield _judged("answer", "Everything is good, and the agreement covers it.", answer(item()), good)
    yield _judged("answer-of-two", "Two certificates behind one code.",
                  answer(item(), item(facts=told(status=revoked), cert_digest=wire.digest("another"))), good, Expected("invalid", "REVOKED"))  # fmt: skip
    yield _judged("answer-suspended", "A known bad.", answer(item(facts=told(status={"outcome": "no", "cause": "SUSPENDED"}))),
                  Expected("invalid", "SUSPENDED"))  # fmt: skip
    yield _judged("answer-fields-beyond-the-agreement", "What the agreement does not name is dropped, even if it is sent.",
                  answer(item(disclosed={"名称": "示例小面馆", "法定代表人身份证号": "420799190001010015"})), good)  # fmt: skip
    yield _judged("answer-without-agreement", "Nothing was agreed.", answer(item()),
                  Expected("undetermined", "NO_AGREEMENT"), trust="no agreement")  # fmt: skip
    yield _judged("answer-for-another-matter", "The agreement does not name it.", answer(item()),
                  Expected("undetermined", "NO_AGREEMENT"), matter=world.ONLINE_MATTER)  # fmt: skip
    yield _judged("answer-of-another-kind", "The agreement does not name it.", answer(item(kind=world.MARRIAGE)),
                  Expected("undetermined", "NO_AGREEMENT"))  # fmt: skip
    yield _judged(
        "answer-without-status",
        "What is missing was not checked.",
        answer(item(facts=told(status=None))),
        unknown,
    )
    yield _judged("answer-without-facts", "Nothing was checked.", answer(item(facts=[])),
                  Expected("undetermined", "CLOCK_WRONG"))  # fmt: skip
    yield _judged("answer-with-an-old-status", "Two days old, the matter takes one.",
                  answer(item(facts=told(status={"as_of": old}))), Expected("undetermined", "FACT_TOO_OLD"))  # fmt: skip
    yield _judged("answer-with-an-unknown-fact", "What we do not understand never helps.",
                  answer(item(facts=[*told(), {"fact": "approved", "outcome": "yes", "as_of": world.instant(world.NOW)}])), unknown)  # fmt: skip
    yield _judged("answer-with-a-fact-twice", "Told twice: its shape is in doubt.",
                  answer(item(facts=[*told(), told()[5]])), unknown)  # fmt: skip
    yield _judged("answer-that-says-no-after-yes", "The worse of two is believed.",
                  answer(item(facts=[*told(), told()[5] | {"outcome": "no", "cause": "REVOKED"}])), Expected("invalid", "REVOKED"))  # fmt: skip
    yield _judged("answer-yes-with-a-cause", "Good and revoked at once.",
                  answer(item(facts=told(status={"cause": "REVOKED"}))), unknown)  # fmt: skip
    yield _judged("answer-no-without-its-cause", "A no with a cause that is not ours is a no.",
                  answer(item(facts=told(status={"outcome": "no", "cause": "LOST_IN_THE_POST"}))),
                  Expected("invalid", "CANCELLED"))  # fmt: skip
    yield _judged("answer-that-vouches-for-our-list", "How fresh our list is and what was agreed is ours to say.",
                  answer(item(facts=[*told(), {"fact": "agreement", "outcome": "yes", "as_of": world.instant(world.NOW)},
                                     {"fact": "trust_fresh", "outcome": "yes", "as_of": world.instant(world.NOW)}])),
                  Expected("undetermined", "NO_AGREEMENT"), trust="no agreement")  # fmt: skip
    yield _judged("answer-from-a-later-time", "A status of five minutes ahead: this clock is slow.",
                  answer(item(facts=told(status={"as_of": world.instant(world.NOW + timedelta(minutes=5))}))),
                  Expected("undetermined", "CLOCK_WRONG"))  # fmt: skip
    yield _judged("answer-without-audience", "For whom it was shown is stated, or nothing is believed.",
                  answer(item(facts=told(audience=None))), Expected("undetermined", "NOT_BOUND"))  # fmt: skip
    yield _judged("answer-of-an-unknown-version", "A version that the catalogue does not hold is for a person to look at.",
                  answer(item(kind_version=999)), Expected("check", "VERSION_UNKNOWN"))  # fmt: skip
    yield _judged("answer-of-an-unstated-version", "null where the region no longer knows it: not taken for the newest.",
                  answer(item(kind_version=None)), unstated)  # fmt: skip
    yield _judged("answer-of-one-not-told", "A placeholder for what may not be told: no report of its own, and the whole is undetermined.",
                  answer(item(), {"withheld": "NO_AGREEMENT"}), good)  # fmt: skip
    yield _judged("answer-of-one-gone", "A certificate that the code names and the store has no longer.",
                  answer({"withheld": "RECORD_GONE"}, item()), good)  # fmt: skip
    yield _judged("answer-of-nothing-told", "Nothing behind the code may be told, and nothing was spent.",
                  answer({"withheld": "NO_AGREEMENT"}, {"withheld": "NO_AGREEMENT"}))  # fmt: skip
    yield _judged("answer-of-unknown-number", "shown is null where nobody knows any more: the whole is at most check.",
                  answer(results=[answer(item())["results"][0] | {"shown": None}]), good)  # fmt: skip
    yield _judged("answer-with-a-predicate", "Answered in the place of a value, by the region that holds the certificate.",
                  answer(item(predicates=[predicate(), predicate(arguments={"date": "2026-01-05"}, outcome="undetermined", cause="CLAIM_ABSENT")])), good)  # fmt: skip
    yield _judged("answer-of-a-stranger-to-the-case", "subject and status are null where nobody gave them.",
                  answer(item(subjects=[], status=None)), good)  # fmt: skip
    yield _judged("answer-that-is-not-needed", "The matter needs another kind; two regions have to agree on what is asked first.",
                  answer(item()), Expected("undetermined", "NO_AGREEMENT"), matter=world.OTHER_MATTER)  # fmt: skip
    yield _judged("answer-without-the-field-that-is-needed", "Genuine, and not enough for the matter.",
                  answer(item(disclosed={"证照编号": "92420799MA99990138"})), Expected("check", "FIELDS_WITHHELD"))  # fmt: skip
    yield _judged("answer-that-vouches-for-our-matter", "What our matter needs is ours to say.",
                  answer(item(disclosed={}, facts=[*told(), {"fact": "needed", "outcome": "yes", "as_of": world.instant(world.NOW)}])),
                  Expected("check", "FIELDS_WITHHELD"))  # fmt: skip
    second = {"cause": None, "used_at": None, "used_where": None, "shown": 1, "items": [earlier_item(2)]}
    yield _judged("answer-of-the-one-who-was-checked", "In person: the number that a card gave is the one of whoever consents.",
                  answer(results=[answer(item())["results"][0] | {"identity": "same"}]), good)  # fmt: skip
    yield _judged("answer-format-2", "It knows neither predicates, subject nor slot.",
                  answer(format=2, results=[second]), good)  # fmt: skip
    first = {"cause": None, "used_at": None, "used_where": None, "items": [earlier_item(1)]}
    yield _judged("answer-format-1", "Without the member it is in format 1, which says neither how many were shown nor which version of its kind it is: at most check.",
                  answer(format=..., results=[first]), unstated)  # fmt: skip
    used = {
        "cause": "CODE_USED",
        "used_at": world.instant(world.NOW),
        "used_where": "2 号窗口",
        "shown": None,
        "identity": None,
        "items": [],
    }
    yield _judged(
        "answer-code-used", "The code itself failed: since when, and where.", answer(results=[used])
    )
    yield _judged("answer-error", "Nothing was answered, and why.", answer(results=..., error="NO_AGREEMENT"))


def _bad_answers() -> Iterator[Vector]:
    used = {
        "cause": "CODE_USED",
        "used_at": None,
        "used_where": None,
        "shown": None,
        "identity": None,
        "items": [item()],
    }
    good = answer(item())["results"][0]
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("to-another-question", "The answer to something else.", answer(item(), req=wire.digest("another"))),
        ("to-another-region", "Meant for somebody else.", answer(item(), aud=world.STRANGER)),
        ("results-and-error", "One or the other.", answer(item(), error="NO_AGREEMENT")),
        ("neither", "One or the other.", answer(results=...)),
        ("failed-with-items", "A code that fails has no items.", answer(results=[used])),
        (
            "fewer-items-than-shown",
            "Every certificate that was shown has an item.",
            answer(results=[good | {"shown": 2}]),
        ),
        (
            "more-items-than-shown",
            "There are not more items than certificates.",
            answer(results=[good | {"items": [item()] * 2}]),
        ),
        (
            "without-shown",
            "It says how many were shown.",
            answer(results=[{k: v for k, v in good.items() if k != "shown"}]),
        ),
        ("withheld-for-another-reason", "Three reasons there are.", answer({"withheld": "SECRET"})),
        (
            "format-2-withheld-for-a-later-reason",
            "Two reasons there were.",
            answer(
                format=2,
                results=[
                    {k: v for k, v in good.items() if k != "identity"} | {"items": [{"withheld": "MODE_L3"}]}
                ],
            ),
        ),
        (
            "withheld-with-its-kind",
            "A placeholder says nothing of what it was.",
            answer({"withheld": "NO_AGREEMENT", "kind": world.LICENCE}),
        ),
        (
            "placeholder-in-format-1",
            "Format 1 has none.",
            answer(
                format=...,
                results=[
                    {k: v for k, v in good.items() if k not in ("shown", "identity")}
                    | {"items": [{"withheld": "NO_AGREEMENT"}]}
                ],
            ),
        ),
        ("format-1-written", "Format 1 is told by the absence of the member.", answer(item(), format=1)),
        (
            "fact-without-time",
            "Every fact has its age.",
            answer(item(facts=[{"fact": "status", "outcome": "yes"}])),
        ),
        (
            "outcome-unknown",
            "yes, no or undetermined.",
            answer(item(facts=told(status={"outcome": "maybe"}))),
        ),
        ("without-version", "It says which version, or null.", answer(item(kind_version=...))),
        (
            "format-2-with-predicates",
            "Format 2 does not know them.",
            answer(format=2, results=[{k: v for k, v in good.items() if k != "identity"}]),
        ),
        ("format-2-with-an-identity", "Format 2 does not know it.", answer(earlier_item(2), format=2)),
        (
            "without-identity",
            "null where no number was compared.",
            answer(results=[{k: v for k, v in good.items() if k != "identity"}]),
        ),
        (
            "identity-in-the-clear",
            "The same or another one: never a number.",
            answer(results=[good | {"identity": "420799190001010015"}]),
        ),
        (
            "format-3-without-predicates",
            "Format 3 tells them, none where none was asked.",
            answer(earlier_item(2)),
        ),
        (
            "predicate-twice",
            "One answer each: which of two would count nobody could say.",
            answer(item(predicates=[predicate(), predicate(outcome="no")])),
        ),
        ("predicate-unknown", "A closed list.", answer(item(predicates=[predicate(name="is_rich")]))),
        (
            "predicate-with-another-argument",
            "Each has its own.",
            answer(item(predicates=[predicate(arguments={"n": 60})])),
        ),
        (
            "predicate-with-its-value",
            "No answer holds the value that it replaces.",
            answer(item(predicates=[predicate(value="1990")])),
        ),
        (
            "predicates-17",
            "At most 16.",
            answer(
                item(predicates=[predicate(name="age_at_least", arguments={"n": n}) for n in range(1, 18)])
            ),
        ),
        (
            "subject-in-the-clear",
            "A name that means nothing outside the case.",
            answer(item(subjects=["张演示"])),
        ),
        ("status-without-index", "A list and an index.", answer(item(status={"list": 3}))),
        (
            "status-as-a-url",
            "A list and an index.",
            answer(item(status="https://420700.hub.example/status/3")),
        ),
        ("version-0", "Versions count from 1.", answer(item(kind_version=0))),
        ("version-a-text", "A whole number.", answer(item(kind_version="1"))),
        ("version-true", "A whole number.", answer(item(kind_version=True))),
        ("item-member-unknown", "No other member may be there.", answer(item(x=1))),
        ("yesterday", "Its life and a minute are over.", answer(item(), iat=NOW - 86_400, exp=NOW - 86_340)),
        ("error-in-lower-case", "A code.", answer(results=..., error="no agreement")),
    ]
    for name, why, content in rows:
        value = {"typ": "xr-res+jwt", "at": AWAY, "token": answered(content)}
        yield _refused(f"answer-{name}", why, value)
    newer = {
        "question": (asked(question(format=4)), "xr-req+jwt", HOME),
        "answer": (answered(answer(format=4)), "xr-res+jwt", AWAY),
    }
    for name, (token, typ, at) in newer.items():
        value = {"typ": typ, "at": at, "token": token}
        yield Vector(name=f"{name}-format-4", why="Newer than these vectors: not refused as altered, and not read.",
                     input=value, expect={"outcome": "upgrade needed"})  # fmt: skip
    keys = [
        ("by-the-asker", "Wuhan answers in Ezhou's name.", world.region_key("exchange", AWAY)),
        ("by-a-show-key", "Another purpose.", world.region_key("show")),
    ]
    for name, why, key in keys:
        value = {"typ": "xr-res+jwt", "at": AWAY, "token": answered(answer(item()), key)}
        yield _refused(f"answer-{name}", why, value)
    sealed = wire.jws(sealed_payload(), "show+jwt", world.region_key("show"))
    yield _refused("answer-of-another-type", "A good token of another type.",
                   {"typ": "xr-res+jwt", "at": AWAY, "token": sealed})  # fmt: skip
    yield _refused("question-as-answer", "The question sent back.",
                   {"typ": "xr-res+jwt", "at": AWAY, "token": asked()})  # fmt: skip
