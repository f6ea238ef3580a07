"""Find certificates for the agency that issued them.

1 certificates  one by its id, or a page of what was searched; of other agencies nothing is there
"""

from certhub.errors import BadRequest
from certhub.flows.records.change import own
from certhub.hub import Hub
from certhub.people.parties.people import Actor
from certhub.records.certificates import search
from certhub.records.certificates import store as certificates
from certhub.records.certificates.query import CertificateQuery
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.search import Page


def certificate(certificate_id: str, *, by: Actor, hub: Hub) -> Certificate:
    """Return a certificate of the asker's agencies; raises NotFound."""
    with hub.reading() as unit:
        return own(certificates.find(unit, certificate_id), by=by)


def page(
    question: CertificateQuery, *, agency: str | None, limit: int, cursor: str | None, by: Actor, hub: Hub
) -> Page:
    """Return a page of what the asker's agencies issued, newest first; of one agency where that is asked.

    Raises:
        BadRequest: the cursor names nothing of the asker's.
    """
    agencies = by.agencies if agency is None else [code for code in by.agencies if code == agency]
    with hub.reading() as unit:
        before = None
        if cursor is not None:
            last = certificates.find(unit, cursor)
            if last is None or last.agency not in by.agencies:
                raise BadRequest("this cursor names nothing of yours", code="CURSOR_UNKNOWN")
            before = last.id
        return search.search(unit, agencies, question, limit=limit, before=before)
