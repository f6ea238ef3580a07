"""Verify certificates, codes and receipts: what do we know, how old is it, and who stands behind it.

Every name below is here: `from certhub_verifier import open_bundle, …`. Nothing but the command opens a file or
reads a clock, and nothing at all opens a connection: times are arguments, and aware; ages are seconds; digests
are SHA-256 in lower-case hexadecimal.

1. By what? By the bundle that a counter saved this morning, or by the trust files that a hub has verified::

    trust, bundle = open_bundle(token)                        # or TrustSet.from_files(files, as_of=…)

2. By whose rules? A matter says how old a status may be and what may be settled offline; the channel says how
   the certificate came. Both make a policy, a value with a digest that a receipt can name::

    policy = policy_for(trust.matters[0], Channel.FILE)        # or channel_of(evidence), see 3

3. What was shown? A credential as text, a sealed code out of a QR picture, or what another region answered
   (`PeerAnswer`). A ticket is for its hub alone::

    evidence = PresentedCredential(text, "file", asker="420100")
    code = read_code(scanned)                     # Ticket(region=…), or Sealed: SealedCode(scanned, asker="420100")

   `asker` is your region: what another region issued then needs an agreement. Who belongs to no region says None.
   Where the holder was asked to sign with a nonce of yours, say so: `PresentedCredential(text, "file", asker=…,
   expect=Binding(audience, nonce))`. A binding that does not hold fails in any case; using the nonce up is yours.

4. Judge. The engine fetches nothing: it yields what it needs, and `run` answers with your function. What that
   function does not know is undetermined, never good. `shipped_catalogue()` is of `certhub_schemas`; without one
   (None) the report says so, and nothing is valid::

    def fetch(need):                                          # StatusAt(uri, index) or UseOf(region, jti)
        token = bundle.status.get(need.uri) if isinstance(need, StatusAt) else None
        return StatusToken(token.encode()) if token else None

    steps = examine(evidence, trust=trust, policy=policy, catalogue=shipped_catalogue(), now=now)
    item = run(steps, fetch)

5. Read the answer. Fourteen facts, each yes, no or undetermined, with a cause, a moment and a digest of what was
   looked at; one of four verdicts, which follows from the facts and the policy alone. No policy goes below the
   floor of what was shown (`certhub_verifier.floor`), and one that is made for another channel is refused::

    item.verdict, item.code                                   # Verdict.CHECK, "NOT_BOUND"
    for checked in item.facts:
        checked.fact, checked.outcome, checked.cause, now - checked.as_of

6. Tell it. The worst item speaks for all; sentences come in Chinese and English from one catalogue, and the
   JSON form is described by `certhub_schemas.report_schema()`::

    report = overall([item], channel=policy.channel, as_of=now)
    report.sentence("zh").headline, report.sentence("en").next_step
    report.to_dict("en")

7. Only "valid" will do? `verify` returns a `Verified`, which does not exist for any other verdict, or raises
   `NotValid`, which brings the report.

8. Years later, a receipt is judged by itself; whatever it records, 0 says that it is genuine::

    examine_receipt(file, trust=trust, now=now).exit_code

What can be raised::

    VerifierError
    ├── Malformed           the bytes are not what the format says
    │   ├── NotOurCode      no ticket and no sealed code
    │   ├── CodePartial     cut short: `received` of `expected` characters
    │   └── CodeAltered     complete, and it does not fit together
    ├── UnknownKey          no trusted key has that id
    ├── BadSignature        not this key's signature over these bytes
    ├── SuiteNotAvailable   an algorithm that this installation cannot compute
    ├── BadTrust            the trust set contradicts itself
    ├── WrongChannel        the policy is for another channel than what was shown
    └── NotValid            the verdict is another one than "valid"

Wire formats are under `certhub_verifier.formats`, one format in one file, both directions. What an answer rests
on, down to the root of trust, is told by `certhub_verifier.why`. The command is `certhub-verify`, or
`python -m certhub_verifier`.
"""

from certhub_verifier.causes import CODES, Cause, Verdict
from certhub_verifier.engine import NotValid, Verified, WrongChannel, examine, run, verify
from certhub_verifier.errors import (
    BadSignature,
    BadTrust,
    Malformed,
    SuiteNotAvailable,
    UnknownKey,
    VerifierError,
)
from certhub_verifier.evidence import Evidence, PeerAnswer, PresentedCredential, SealedCode, channel_of
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.floor import FLOORS, Floor, FloorRow, Hold
from certhub_verifier.formats.codes.code import (
    CodeAltered,
    CodePartial,
    NotOurCode,
    Sealed,
    Ticket,
    read_code,
)
from certhub_verifier.formats.credential.keybinding import Binding
from certhub_verifier.lookups import (
    Lookup,
    LookupResult,
    RedemptionOf,
    RedemptionRecord,
    StatusAt,
    StatusRecord,
    StatusToken,
)
from certhub_verifier.policy import Channel, Level, Policy, policy_for
from certhub_verifier.receipts import Finding, ReceiptReport, examine_receipt
from certhub_verifier.report import ItemReport, Report, failed, overall
from certhub_verifier.sentences import Sentence, explain
from certhub_verifier.trust import TrustedKey, TrustSet, open_bundle
from certhub_verifier.verdict import Judgement, judge, worst

__version__ = "0.1.0"

__all__ = [
    "CODES",
    "FLOORS",
    "BadSignature",
    "BadTrust",
    "Binding",
    "Cause",
    "Channel",
    "Checked",
    "CodeAltered",
    "CodePartial",
    "Evidence",
    "Fact",
    "Finding",
    "Floor",
    "FloorRow",
    "Hold",
    "ItemReport",
    "Judgement",
    "Level",
    "Lookup",
    "LookupResult",
    "Malformed",
    "NotOurCode",
    "NotValid",
    "Outcome",
    "PeerAnswer",
    "Policy",
    "PresentedCredential",
    "ReceiptReport",
    "RedemptionOf",
    "RedemptionRecord",
    "Report",
    "Sealed",
    "SealedCode",
    "Sentence",
    "StatusAt",
    "StatusRecord",
    "StatusToken",
    "SuiteNotAvailable",
    "Ticket",
    "TrustSet",
    "TrustedKey",
    "UnknownKey",
    "Verdict",
    "Verified",
    "VerifierError",
    "WrongChannel",
    "__version__",
    "channel_of",
    "examine",
    "examine_receipt",
    "explain",
    "failed",
    "judge",
    "open_bundle",
    "overall",
    "policy_for",
    "read_code",
    "run",
    "verify",
    "worst",
]
