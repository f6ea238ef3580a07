"""What makes two drafts the same certificate, and what makes them say the same."""

import json
from dataclasses import fields, replace
from datetime import date

from certhub_schemas import kind

from certhub.records.catalog import Draft, Holder, content_digest_parts, identity_parts
from tests.hub.catalog.drafts import LICENCE, MARRIAGE, ZHANG, accepted, licence, marriage


def test_two_spellings_of_one_row_are_equal():
    """A row typed with full-width digits, lower case and another form of date repeats the first exactly."""
    typed = licence(
        kind=LICENCE.lower(),
        number=" ９２420799ma99990138",
        holders=[("示例小面馆 ", "001", "92420799ma99990138")],
        issued_on="2024年1月5日",
        valid_to="9999-12-31",
    )

    assert identity_parts(accepted(licence())) == identity_parts(accepted(typed))
    assert content_digest_parts(accepted(licence())) == content_digest_parts(accepted(typed))


def test_the_order_of_claims_does_not_matter():
    """Columns in another order say the same."""
    turned = replace(licence(), claims=dict(reversed(licence().claims.items())))

    assert content_digest_parts(accepted(licence())) == content_digest_parts(accepted(turned))


def test_every_value_counts_in_the_content():
    """No field of a draft can change without the content changing."""
    draft = accepted(marriage())
    other = {
        "kind": kind(LICENCE),
        "agency": "11420799MB99990172",
        "holders": (*draft.holders[:1], Holder("别人", "111", ZHANG)),
        "number": "J1",
        "issued_on": date(2000, 1, 1),
        "valid_from": date(2000, 1, 1),
        "valid_to": date(2030, 1, 1),
        "claims": {**draft.claims, "登记机关": "别处"},
    }
    assert {field.name for field in fields(Draft)} == set(other)

    for name, value in other.items():
        assert content_digest_parts(draft) != content_digest_parts(replace(draft, **{name: value})), name


def test_the_identity_is_agency_kind_and_number_alone():
    """Other content under the same number is the same certificate, told apart only by content."""
    draft = accepted(marriage())
    changed = replace(draft, issued_on=date(2000, 1, 1), holders=(), claims={})

    assert identity_parts(draft) == identity_parts(changed)
    assert json.loads(identity_parts(draft)) == ["11420799MB9999041J", MARRIAGE, "J420799-2015-877893"]
