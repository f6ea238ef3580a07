"""Does the one who shows it hold it? From the key binding, when there is one.

    key binding          expected         holder_binding
    none                 —                undetermined, NOT_BOUND
    there, and does not hold              no, BINDING_FAILED (WRONG_COUNTER: it was made for somebody else)
    holds                nothing          undetermined, NOT_BOUND: the holder's, and nobody knows for whom
    holds                and is for us    yes; and so is the audience
    from the future                       undetermined, CLOCK_WRONG: of two clocks one is wrong

A key binding is never ignored: one that does not hold fails the presentation even where nobody asked for
one (RFC 9901 §7.3). A nonce is used up by whoever stored it; here it is only compared.
"""

from datetime import datetime
from typing import Any

from certhub_verifier.checks.core import digest_of, no, unknown, yes
from certhub_verifier.errors import SuiteNotAvailable
from certhub_verifier.facts import Checked, Fact
from certhub_verifier.formats.credential import keybinding, sdjwt
from certhub_verifier.formats.credential.keybinding import BadBinding, Binding, Fault


def holder_binding(
    presentation: sdjwt.Presentation,
    cnf: Any,
    *,
    expect: Binding | None,
    trust_as_of: datetime,
    now: datetime,
) -> tuple[Checked, ...]:
    """Return what the key binding says of the holder and, where it was made for `expect`, of the audience.

    `cnf` comes from a payload that was verified. The trust list was current at `trust_as_of`, so the time is
    at least that.
    """
    if presentation.kb_jwt is None:
        return (unknown(Fact.HOLDER_BINDING, "NOT_BOUND", now),)
    evidence = digest_of(presentation.kb_jwt)
    time = max(now, trust_as_of)
    try:
        keybinding.check(presentation, cnf, expect=expect, now=int(time.timestamp()))
    except SuiteNotAvailable as missing:
        return (unknown(Fact.HOLDER_BINDING, "SUITE_MISSING", now, evidence, suite=missing.name),)
    except BadBinding as bad:
        return _failed(bad.fault, evidence, now)
    if expect is None:
        return (unknown(Fact.HOLDER_BINDING, "NOT_BOUND", now, evidence),)
    return yes(Fact.HOLDER_BINDING, now, evidence), yes(Fact.AUDIENCE, now, evidence)


def _failed(fault: Fault, evidence: str, now: datetime) -> tuple[Checked, ...]:
    why = {"fault": fault.value}
    if fault is Fault.FUTURE:
        return (unknown(Fact.HOLDER_BINDING, "CLOCK_WRONG", now, evidence, **why),)
    if fault is Fault.AUDIENCE:
        return (
            no(Fact.HOLDER_BINDING, "WRONG_COUNTER", now, evidence, **why),
            no(Fact.AUDIENCE, "WRONG_COUNTER", now, evidence, **why),
        )
    return (no(Fact.HOLDER_BINDING, "BINDING_FAILED", now, evidence, **why),)
