"""What a counter remembers of credentials that it has seen: that a signature over these very bytes was good.

    memory = SignatureMemory()                            one for a process, shared by its threads
    examine(evidence, …, memory=memory)                   None: nothing is remembered, every signature is computed

Remembered is one sentence: "this issuer's JWT, to its last byte, is signed by this key of this trust set", with the
JWT as it was read. It is found again by the whole text of the JWT, and counts only for an equal key of a trust set of
the same digest. So nothing has to be taken back: an altered byte is another JWT, and a key that was
revoked, or anything else of the trust list that changed, makes another digest. Only what verified is kept.

From the second showing on it is also remembered what a disclosure of that JWT says, by the whole text of the
disclosure: it was read, and its digest stands in that JWT. Which of them are shown is read from each presentation.

Everything else is judged anew each time: dates, status, what the key and its owner may do, the age of the trust list,
and what is shown of the credential.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from threading import Lock
from typing import Any

from certhub_verifier.formats.credential import sdjwt, vc
from certhub_verifier.formats.credential.vc import Credential, IssuerJwt
from certhub_verifier.frozen import quick
from certhub_verifier.trust import TrustedKey, TrustSet

MAX_KEPT = 2_048
MAX_CHARACTERS = (
    4 * 1024
)  # of a JWT that is kept; one of fifty claims has 3,500, and takes ten times that in memory


Opening = tuple[int, str, Any]
"""What one disclosure says: the place of its digest in the JWT, the name and the value."""
_PLACE = itemgetter(0)
_credential = quick(Credential)


@dataclass(frozen=True, slots=True)
class Remembered:
    """One issuer's JWT whose signature was good: as it was read, by which key, and of which trust set (digest).

    `openings` has what its disclosures say, by their text, as far as they were shown since.
    """

    issuer_jwt: IssuerJwt
    key: TrustedKey
    trust_digest: str
    openings: Mapping[str, Opening] = field(default_factory=dict)

    def read(self, text: str) -> Credential:
        """Read a showing of this JWT, as `vc.parse` reads it.

        Raises:
            Malformed: as `vc.parse`.
        """
        presentation = sdjwt.split(text)
        sent, known = presentation.disclosures, self.openings
        if len(set(sent)) != len(sent) or not all(map(known.__contains__, sent)):
            return vc.parse(text, self.issuer_jwt)
        shown = sorted([known[one] for one in sent], key=_PLACE)
        disclosed = {name: value if type(value) is str else _copied(value) for _, name, value in shown}
        if len(disclosed) != len(shown):  # one name twice, which RFC 9901 §7.1 refuses
            return vc.parse(text, self.issuer_jwt)
        return _credential(self.issuer_jwt, disclosed, presentation)

    def learning(self, credential: Credential) -> "Remembered":
        """Return the same with what the disclosures of a showing say that `vc.parse` took."""
        sent = credential.presentation.disclosures
        if sum(map(len, {*sent, *self.openings})) > MAX_CHARACTERS:
            return self
        places = {digest: place for place, digest in enumerate(credential.parsed.payload.get("_sd", ()))}
        learnt = dict(self.openings)
        for one in sent:
            read, place = sdjwt.read_disclosure(one), places.get(sdjwt.digest(one))
            # One that holds the digests of others, or is held by another, is told by the whole showing alone.
            if place is None or read.name is None or credential.disclosed.get(read.name) != read.value:
                return self
            learnt[one] = (place, read.name, read.value)
        return replace(self, openings=learnt)

    def holds_for(self, key: TrustedKey, trust: TrustSet) -> bool:
        """Tell whether the signature was good by this very key of this very trust set."""
        return self.trust_digest == trust.digest and (self.key is key or self.key == key)


class SignatureMemory:
    """The last good signatures, a bounded number of them. Safe to use from several threads."""

    def __init__(self, *, size: int = MAX_KEPT) -> None:
        self._size = size
        self._kept: OrderedDict[str, Remembered] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def recall(self, issuer_jwt: str) -> Remembered | None:
        """Return what is remembered of an issuer's JWT, None where it is not known."""
        with self._lock:
            found = self._kept.get(issuer_jwt)
            if found is not None:
                self._kept.move_to_end(issuer_jwt)
        return found

    def learn(
        self, credential: Credential, key: TrustedKey, trust: TrustSet, known: Remembered | None
    ) -> None:
        """Remember a credential, in the place of what was longest not asked for.

        `known` is what was recalled of it. The caller owes: its signature is good by `key` of `trust`, and the showing
        was read.
        """
        presentation = credential.presentation
        if known is None or not known.holds_for(key, trust):
            self._keep(presentation.issuer_jwt, Remembered(credential.issuer_jwt, key, trust.digest))
        elif not all(map(known.openings.__contains__, presentation.disclosures)):
            learnt = known.learning(credential)
            if learnt is not known:
                self._keep(presentation.issuer_jwt, learnt)

    def _keep(self, issuer_jwt: str, remembered: Remembered) -> None:
        if len(issuer_jwt) > MAX_CHARACTERS or not issuer_jwt.isascii():  # too long to be kept, or no JWT
            return
        with self._lock:
            self._kept[issuer_jwt] = remembered
            self._kept.move_to_end(issuer_jwt)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def _copied(value: Any) -> Any:
    """Return a JSON value that shares nothing with another one that somebody could change."""
    if isinstance(value, dict):
        return {name: _copied(one) for name, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value
