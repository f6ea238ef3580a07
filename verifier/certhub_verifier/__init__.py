"""Verify certificates, codes and receipts: what do we know, how old is it, and who stands behind it.

A credential, by what a counter saved this morning::

    trust, bundle = open_bundle(token)                        # or TrustSet.from_files(files, as_of=…)
    policy = policy_for(trust.matters[0], Channel.FILE)
    steps = examine(PresentedCredential(text, "file"), trust=trust, policy=policy, now=now)

The engine fetches nothing and reads no clock. It yields what it needs; `run` answers it with a function,
and whatever that function does not know is undetermined, never good::

    def fetch(need):
        token = bundle.status.get(need.uri) if isinstance(need, StatusAt) else None
        return StatusToken(token.encode()) if token else None

    item = run(steps, fetch)                                  # verdict, code, every fact with its age
    report = overall([item], channel=policy.channel, as_of=now)
    report.to_dict("en")                                      # what programs read
    report.sentence("zh").headline                            # what a person is told

Where the holder was asked to sign with a nonce of yours, say so: `PresentedCredential(text, "file", expect=Binding(
audience, nonce))`; a binding that does not hold fails in any case, and using the nonce up is yours.

Codes out of a QR picture are told apart by `read_code`: a ticket is for its hub alone, a sealed code is
evidence as `SealedCode(text)`; what another region answered is `PeerAnswer`. A receipt is judged by itself::

    examine_receipt(file, trust=trust, now=now).exit_code     # 0 genuine, whatever it records

Where only "valid" will do, `verify` returns a `Verified` or raises `NotValid`, which brings the report. What
can be raised::

    VerifierError
    ├── Malformed           the bytes are not what the format says
    │   ├── NotOurCode      no ticket and no sealed code
    │   ├── CodePartial     cut short: `received` of `expected` characters
    │   └── CodeAltered     complete, and it does not fit together
    ├── UnknownKey          no trusted key has that id
    ├── BadSignature        not this key's signature over these bytes
    ├── SuiteNotAvailable   an algorithm that this installation cannot compute
    ├── BadTrust            the trust set contradicts itself
    └── NotValid            the verdict is another one than "valid"

Wire formats are under `certhub_verifier.formats`, one format in one file, both directions; the command is
`certhub-verify`, or `python -m certhub_verifier`.
"""

from certhub_verifier.causes import CODES, Cause, Verdict
from certhub_verifier.engine import (
    Evidence,
    NotValid,
    PeerAnswer,
    PresentedCredential,
    SealedCode,
    Verified,
    examine,
    run,
    verify,
)
from certhub_verifier.errors import (
    BadSignature,
    BadTrust,
    Malformed,
    SuiteNotAvailable,
    UnknownKey,
    VerifierError,
)
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.codes import CodeAltered, CodePartial, NotOurCode, Sealed, Ticket, read_code
from certhub_verifier.formats.keybinding import Binding
from certhub_verifier.needs import Need, News, StatusAt, StatusRecord, StatusToken, UseOf, UseRecord
from certhub_verifier.policy import Channel, Level, Policy, policy_for
from certhub_verifier.receipts import Finding, ReceiptReport, examine_receipt
from certhub_verifier.report import ItemReport, Report, failed, overall
from certhub_verifier.sentences import Sentence, explain
from certhub_verifier.trust import TrustedKey, TrustSet, open_bundle
from certhub_verifier.verdict import Judgement, judge, worst

__version__ = "0.1.0"

__all__ = [
    "CODES",
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
    "ItemReport",
    "Judgement",
    "Level",
    "Malformed",
    "Need",
    "News",
    "NotOurCode",
    "NotValid",
    "Outcome",
    "PeerAnswer",
    "Policy",
    "PresentedCredential",
    "ReceiptReport",
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
    "UseOf",
    "UseRecord",
    "Verdict",
    "Verified",
    "VerifierError",
    "__version__",
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
