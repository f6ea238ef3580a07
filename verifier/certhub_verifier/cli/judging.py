"""One input in, its results out: told by its look, judged by the trust, the matter and the time at hand.

Nothing is thrown: what cannot be read is a result too, so that in a folder of a thousand receipts one broken
file spoils one line. The clock, the trust and the files are the caller's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from certhub_schemas import shipped_catalogue
from certhub_schemas.matters import Matter

from certhub_verifier import named_evidence
from certhub_verifier.causes import Verdict
from certhub_verifier.cli import detect, pictures
from certhub_verifier.cli.documents import Documents
from certhub_verifier.cli.results import Result, Trouble, Unread
from certhub_verifier.cli.sources import MAX_INPUT_BYTES, Source, TooLarge
from certhub_verifier.cli.trust_sources import Anchor
from certhub_verifier.documents import DocumentState, follow, matter_of
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PresentedCredential, SealedCode
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.lookups import Lookup, LookupResult, StatusToken
from certhub_verifier.materials import Candidate, Case, materials_of
from certhub_verifier.named_evidence import NamedEvidence
from certhub_verifier.policy import Channel, Policy, policy_for
from certhub_verifier.receipts import Finding, ReceiptReport, examine_receipt
from certhub_verifier.report import ItemReport, Report, failed, kind_names, overall
from certhub_verifier.sentences import look_detail
from certhub_verifier.why import Root, Why, why, why_receipt

PICTURE = {"picture": "图片", "picture_en": "the picture"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What everything is judged by; `now` is aware. `explaining` keeps what was looked at, for `why_of`.

    A matter that nobody named lends its limits, and neither offers nor requires anything: limits can be assumed, an
    offer to a citizen cannot, nor can what the citizen has to show.
    """

    anchor: Anchor
    matter: Matter
    matter_named: bool
    now: datetime
    documents: Documents
    explaining: bool = False

    def results(self, source: Source) -> Iterator[Result]:
        """Yield what is found of one input: one result, or one for each of our codes in a picture."""
        try:
            content = source.read()
        except TooLarge:
            limit = f"{MAX_INPUT_BYTES >> 20} MiB"
            yield self._unread(source.name, Trouble.TOO_LARGE, limit=limit)
            return
        except OSError as wrong:
            yield self._unread(source.name, Trouble.UNREADABLE, why=wrong.strerror or type(wrong).__name__)
            return
        if not pictures.is_picture(content):
            yield self._judged(source.name, content)
            return
        try:
            texts = pictures.texts_in(content)
        except pictures.NoReader:
            yield self._unread(source.name, Trouble.NO_READER)
        except pictures.TooManyPixels as large:
            yield self._unread(source.name, Trouble.TOO_LARGE, limit=f"{large.limit // 10**6} MP")
        else:
            if not texts:
                found = failed("CODE_PARTIAL", PICTURE, channel=Channel.FILE, as_of=self.now)
                yield Result(name=source.name, judgement=self._with_materials(found))
            for i, text in enumerate(texts):
                name = f"{source.name} #{i + 1}" if len(texts) > 1 else source.name
                yield self._judged(name, text.encode("utf-8", "surrogatepass"))

    def why_of(self, result: Result) -> Why:
        """Return what the answers of a result rest on; `explaining` has to be set."""
        root = Root(origin=self.anchor.origin if self.anchor.trust else "none", trust=self.anchor.trust)
        if isinstance(result.judgement, ReceiptReport):
            return why_receipt(result.judgement, result.content, root=root)
        facts = result.item.facts if result.item else _failure(result)
        return why(facts, result.evidence, root=root, now=self.now)

    def _judged(self, name: str, content: bytes) -> Result:
        match detect.take(content):
            case detect.ReceiptFile(content=receipt):
                return self._receipt(name, receipt)
            case detect.Bundle():
                return self._unread(name, Trouble.BUNDLE)
            case detect.Failed(channel=channel, code=code, received=received):
                detail = {} if received is None else {"received": str(received)}
                if code == "NOT_OUR_CODE":
                    detail |= look_detail(content.decode("utf-8", "replace"))
                found = failed(code, detail, channel=channel, as_of=self.now)
                return Result(name=name, judgement=self._with_materials(found))
            case detect.Code(channel=channel, text=text):
                return self._examined(name, channel, text)

    def _receipt(self, name: str, content: bytes) -> Result:
        found = examine_receipt(content, trust=self.anchor.trust, now=self.now)
        documents = follow(found.receipt, self.documents.find) if found.receipt else ()
        matter = matter_of(found.receipt, self.documents.find) if found.receipt else None
        altered = [one.digest for one in documents if one.state is DocumentState.ALTERED]
        if altered:
            reason = f"{found.reason}; not what it is called: {', '.join(altered)}"
            found = replace(found, finding=Finding.DOCUMENT_ALTERED, reason=reason)
        looked_at = content if self.explaining else b""
        return Result(name=name, judgement=found, content=looked_at, documents=documents, matter=matter)

    def _examined(self, name: str, channel: Channel, text: str) -> Result:
        asker = self.anchor.region
        presented = (
            PresentedCredential(text, "file", asker=asker)
            if channel is Channel.FILE
            else SealedCode(text, asker=asker)
        )
        looked_at: list[NamedEvidence] = [*named_evidence.of_credential(text)] if self.explaining else []

        def fetch(need: Lookup) -> LookupResult | None:
            news = self.anchor.fetch(need)
            if self.explaining and isinstance(news, StatusToken):
                looked_at.append(named_evidence.of_status_list(news.token))
            return news

        policy = self._policy(channel)
        item = run(
            examine(
                presented, trust=self.anchor.trust, policy=policy, catalogue=shipped_catalogue(), now=self.now
            ),
            fetch,
        )
        offered = policy.deficiency_allowed and self.matter_named
        found = overall([item], channel=channel, as_of=self.now, deficiency_allowed=offered)
        judgement = self._with_materials(found, *([item] if found.items else ()))
        return Result(name=name, judgement=judgement, item=item, evidence=tuple(looked_at))

    def _with_materials(self, report: Report, *items: ItemReport) -> Report:
        """Say how the requirements of a matter that somebody named stand, over what was shown in this one scan."""
        if not self.matter_named:
            return report
        case = Case(
            requirements=self.matter.requirements,
            candidates=[Candidate(item, place, kept_by="") for place, item in enumerate(items)],
            now=self.now,
            names=lambda kind: kind_names(kind, shipped_catalogue()),
            deficiency_allowed=self.matter.deficiency_allowed,
        )
        return replace(report, materials=materials_of(case))

    def _policy(self, channel: Channel) -> Policy:
        """Return the matter's rules, or its limits alone; a bundle is held to its own life, where that is shorter."""
        policy = policy_for(self.matter, channel)
        policy = policy if self.matter_named else policy.limits_alone()
        if self.anchor.life is None:
            return policy
        life = int(self.anchor.life.total_seconds())
        return replace(policy, max_trust_age_seconds=min(policy.max_trust_age_seconds, life))

    def _unread(self, name: str, trouble: Trouble, **detail: str) -> Result:
        return Result(name=name, judgement=Unread(trouble=trouble, as_of=self.now, detail=detail))


def _failure(result: Result) -> tuple[Checked, ...]:
    """Return the one answer that there is of a code that failed before any question could be put."""
    if not isinstance(result.judgement, Report):
        return ()
    outcome = Outcome.NO if result.verdict is Verdict.INVALID else Outcome.UNDETERMINED
    return (Checked(Fact.WELL_FORMED, outcome, result.judgement.code, result.judgement.as_of),)
