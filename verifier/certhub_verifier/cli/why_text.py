"""The reasons as a tree of text: answers, and under them what they rest on, down to the root.

✔ 格式 shape · 刚刚 just now
✔ 签名 signature · 刚刚 just now
└─ 证照凭证 credential · sha256 3f2a91c0… · 30 天前 30 days ago
   └─ 鄂州市市场监督管理局（演示） · 机关印章 agency seal 11420799MB99990172-1 · 可签 2025-11-24 – 2027-11-24
      └─ 信任名录 trust list · 第 7 版 version 7 · 刚刚 just now
"""

from collections.abc import Iterator
from datetime import datetime

from certhub_schemas.purposes import KEY_PURPOSES

from certhub_verifier.cli.console import fact_word
from certhub_verifier.cli.layout import printable
from certhub_verifier.cli.view import View, symbol_of
from certhub_verifier.named_evidence import EvidenceKind
from certhub_verifier.report import local_time
from certhub_verifier.sentences import age_words, cause_words, named
from certhub_verifier.trust import TrustedKey
from certhub_verifier.why import Answer, Chain, Why

_SHOWN = 12  # hexadecimal digits of a digest: enough to find it, the JSON form has them all
_STEP = "   "


def why_lines(why: Why, view: View) -> Iterator[str]:
    """Yield the tree, one branch for each chain."""
    yield f"  {view.words('why')}"
    for chain in why.chains:
        yield ""
        for answer in chain.answers:
            yield from _answer_lines(answer, chain, why, view)
        for depth, step in enumerate(steps(chain, why, view)):
            indent = "  " + _STEP * depth
            yield from view.lines(" · ".join(step), first=f"{indent}└─ ", rest=f"{indent}   ")


def steps(chain: Chain, why: Why, view: View) -> Iterator[list[str]]:
    """Yield what stands under the answers, as the parts of each line: evidence, signer, root."""
    if chain.evidence is not None or not chain.rooted:
        yield evidence_parts(chain, why, view)
    if signer := signer_parts(chain, view):
        yield signer
    if chain.rooted:
        yield root_parts(why, view)


def evidence_parts(chain: Chain, why: Why, view: View) -> list[str]:
    """Return what the evidence is, its name, its digest and its age."""
    evidence = chain.evidence
    if evidence is None:
        return [_named("evidence", "nothing", view)]
    parts = [_named("evidence", evidence.kind, view), printable(evidence.reference)]
    parts += [f"sha256 {digest[:_SHOWN]}…" for digest in sorted(evidence.digests)[:1]]
    if evidence.dated:
        parts.append(ages(evidence.dated, why.now, view))
    return [part for part in parts if part]


def signer_parts(chain: Chain, view: View) -> list[str]:
    """Return who signed, with which key, and when that key may; nothing where nobody did."""
    key, evidence = chain.key, chain.evidence
    if evidence is not None and evidence.kind is EvidenceKind.AGREEMENT:
        return [view.words("both_regions")]
    if key is None:
        return [view.words("signer_unknown"), printable(chain.kid)] if chain.kid else []
    who = " ".join(dict.fromkeys(chain.owner[0 if lang == "zh" else 1] for lang in view.langs))
    row = KEY_PURPOSES[key.purpose]
    words = " ".join(row.zh if lang == "zh" else row.en for lang in view.langs)
    return [who, f"{words} {key.kid}", term_words(key, view)]


def term_words(key: TrustedKey, view: View) -> str:
    """Return the time in which a key signs, or since when it is nobody's."""
    if key.compromised_since is not None:
        return view.words("key_lost", date=_day(key.compromised_since))
    return f"{view.words('key_term')} {_day(key.from_)} – {_day(key.until)}"


def root_parts(why: Why, view: View) -> list[str]:
    """Return which trust list it is, how old, and where it came from."""
    trust = why.root.trust
    if trust is None:
        return [_named("origins", "none", view)]
    version = view.words("version", n=trust.version)
    origin = _named("origins", why.root.origin, view)
    return [view.words("trust_list"), version, ages(trust.as_of, why.now, view), origin]


def ages(moment: datetime, now: datetime, view: View) -> str:
    """Return how long before `now` something was, in each language."""
    return " ".join(age_words((now - moment).total_seconds(), lang) for lang in view.langs)


def answer_age(answer: Answer, chain: Chain, why: Why, view: View) -> str:
    """Return how old an answer is; one that a receipt records, how old it was then."""
    if why.then is None or chain.evidence is None or chain.evidence.kind is not EvidenceKind.THEN:
        return ages(answer.as_of, why.now, view)
    return f"{view.words('age_then')} {ages(answer.as_of, why.then, view)}"


def _answer_lines(answer: Answer, chain: Chain, why: Why, view: View) -> Iterator[str]:
    mark = view.mark(symbol_of(answer.outcome, answer.cause))
    names = " ".join(fact_word(answer.name, lang) for lang in view.langs)
    told = f"{names} · {answer_age(answer, chain, why, view)}"
    yield from view.lines(told, first=f"  {mark} ", rest="    ")
    for lang in view.langs if answer.cause else ():
        yield from view.lines(cause_words(answer.cause or "", lang), first="    ")


def _named(section: str, name: str, view: View) -> str:
    return " ".join(named(section, name, lang) for lang in view.langs)


def _day(moment: datetime) -> str:
    return local_time(moment)[:10]
