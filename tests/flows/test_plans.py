"""No statement of what people wait for, or of a job, reads a table whole that grows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

import certhub.app  # noqa: F401  every noun's tables are known once the app is
from certhub.flows.people import disputes, looks
from certhub.flows.records import find, issue
from certhub.flows.sharing import messages
from certhub.flows.verification import preview, show
from certhub.flows.verification.show import Choice, Mode
from certhub.history.events import store as history
from certhub.jobs.runner import run_once
from certhub.records.certificates.query import CertificateQuery, Sought
from certhub.records.certificates.rules import Transition
from certhub.setup.message_media import media
from certhub.verification.tickets.item import TicketItem
from tests.api.conftest import api_of
from tests.support.messages import a_message, by_mail, posted
from tests.support.plans import watched
from tests.support.plug import PulledPlug, cut
from tests.support.story import ROAD, change, food, issued, key, licence, marriage, scan, sealed, ticket


@dataclass(frozen=True)
class Taken:
    """The statements in which `said` stands, and the index that each of them is read off."""

    said: str
    index: str

    def is_taken(self, plans: Mapping[str, str]) -> bool:
        """Whether there is such a statement, and each is read off the index."""
        found = [plan for text, plan in plans.items() if self.said in " ".join(text.split())]
        return bool(found) and all(self.index in plan for plan in found)


INDEXES = (
    Taken("status_slot.certificate IS NULL", "ix_slot_of_nobody"),
    Taken("status_slot.value != 0", "COVERING INDEX ix_slot_set"),
    Taken("AND event.type = ? ORDER BY", "ix_event_type_id"),
    Taken("DELETE FROM certificate_number", "ix_number_of_certificate"),
    Taken("DELETE FROM ticket", "ix_ticket_expires_at"),
    Taken("UPDATE spent SET answer", "ix_spent_answer"),
    Taken("max(spent.keep_until)", "ix_spent_keep_until"),
    Taken("UPDATE exchange SET answer", "ix_exchange_answer"),
    Taken("DELETE FROM exchange", "ix_exchange_keep_until"),
    Taken("DELETE FROM taken_notice", "ix_taken_notice_keep_until"),
    Taken("DELETE FROM idempotency_key WHERE idempotency_key.keep_until", "ix_idempotency_key_keep_until"),
    Taken("DELETE FROM counter_request", "ix_counter_request_expires_at"),
    Taken("DELETE FROM opened_request", "ix_opened_request_expires_at"),
    Taken("DELETE FROM case_quota", "ix_case_quota_day"),
    Taken("message.medium = ?", "ix_message_due"),
    Taken("message.expires_at <= ?", "ix_message_expires_at"),
    Taken("DELETE FROM message", "ix_message_ended_at"),
    Taken("ORDER BY message.made_at", "ix_message_made_at"),
)
GROWING = frozenset(
    {
        *("certificate", "certificate_id", "certificate_number", "certificate_state", "certificate_term"),
        *("holding", "party", "mandate", "status_slot", "event", "event_salt", "ticket", "spent"),
        *(
            "verification",
            "verification_outcome",
            "look",
            "dispute",
            "notice",
            "taken_notice",
            "exchange",
            "message",
        ),
        *("idempotency_key", "counter_request", "opened_request", "matter_case", "case_scan", "case_quota"),
    }
)


def test_no_hot_statement_reads_a_growing_table_whole(home, clock):
    """Issue, show, verify, list, search, withdraw, publish, forget: each statement is read off an index."""
    with watched(home.hub) as (hub, statements):
        region = replace(home, hub=hub)
        own, shop = issued(region, marriage("婚-31")), issued(region, licence("营-31"))
        issued(region, food("食-31"))
        choice = Choice((TicketItem(own), TicketItem(shop)), Mode.TICKET)
        show.show(choice, by=region.holder, hub=hub)
        preview.preview(choice, by=region.holder, hub=hub)
        scan(region, ticket(region, shop))
        scan(region, ticket(region, own), matter=ROAD)
        scan(region, sealed(region, shop))
        api = api_of(region)
        for path in ("/api/v1/me/certificates?limit=1", "/api/v1/me/looks"):
            page = api.get(path, "holder").json()
            assert page["items"]
            api.get(f"{path.split('?')[0]}?cursor={page['next_cursor'] or '0' * 32}", "holder")
        for question in (
            CertificateQuery(),
            CertificateQuery({Sought.NUMBER: "营-31"}),
            CertificateQuery(text="营-31"),
        ):
            found = find.page(question, agency=None, limit=1, cursor=None, by=region.agency, hub=hub)
            assert found.certificates
        find.page(CertificateQuery(), agency=None, limit=1, cursor=own, by=region.agency, hub=hub)
        [look, *_], _ = looks.looks(limit=1, before=None, by=region.holder, hub=hub)
        looks.dispute(look["id"], None, by=region.holder, hub=hub)
        disputes.disputes(limit=1, after=None, by=region.agency, hub=hub)
        posted(hub, a_message(hub))
        messages.send(by_mail(hub, 1))
        messages.newest(limit=1, hub=hub)
        assert list(media(hub))
        change(region, shop, Transition.SUSPEND)
        with pytest.raises(PulledPlug):
            issue.issue(food("食-32"), by=home.agency, hub=cut(region, "issue:4"), key=key())
        clock.pass_(hours=1)
        for _ in range(3):
            for job in ("clock", "publish", "sweep"):
                run_once(hub, job)
            clock.pass_(seconds=16)
        with hub.reading() as unit:
            for type_ in (None, "certificate.shown", "certificate.looked_at"):
                for subject in (None, look["id"]):
                    history.events(unit, type_=type_, subject=subject, limit=3)

    assert len(statements.sent) > 70
    assert [] == statements.read_whole(home.hub, GROWING)
    if home.hub.database.engine.dialect.name == "sqlite":  # the other one weighs how few rows there are
        assert [] == [one for one in INDEXES if not one.is_taken(statements.plans(home.hub))]


def test_a_statement_that_reads_a_table_whole_is_seen(home):
    """A watch that sees nothing keeps nothing out."""
    with watched(home.hub) as (hub, statements), hub.reading() as unit:
        unit.line.run("SELECT 1")
        unit.sql.exec_driver_sql("SELECT count(*) FROM certificate WHERE ref <> ref")
        statements.sent["SELECT id FROM event WHERE actor = 'nobody'"] = ()

    assert 2 == len(statements.read_whole(home.hub, GROWING))
