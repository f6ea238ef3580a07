"""What each page knows when it is drawn: plain values for the template, and a JSON block for its scripts.

counter   the clerk's office and window; the verifier's words for verdicts, causes and facts; which names come first
me        what agencies, regions and claims are called; the verifier's words, as below; the days for an answer
agency    for which agencies the account acts, and which kinds those may issue
ops       what agencies and regions are called; the verifier's words for verdicts and causes; the rest it asks the API
"""

from dataclasses import dataclass
from typing import Any

from certhub_schemas import Catalogue
from certhub_schemas.codes.holder_id import HOLDER_ID_TYPES
from certhub_verifier.causes import Verdict
from certhub_verifier.sentences import CATALOGUE, cause_words
from certhub_verifier.trust import Agency, TrustSet

from certhub.errors import Unavailable
from certhub.flows.people.looks import ANSWER_WITHIN
from certhub.hub import Hub
from certhub.people.parties.people import Actor, Role
from certhub.records.catalog.masking import NAMES
from certhub.web.language import HTML_LANG, Lang
from certhub.web.wording import areas, texts


@dataclass(frozen=True)
class Page:
    """One page: its name (also its area of the catalogue and its script), the role it is for, areas that it shares."""

    name: str
    role: Role | None
    shares: tuple[str, ...] = ()


HOME = Page("home", None)
COUNTER, ME = Page("counter", Role.CLERK), Page("me", Role.HOLDER)
AGENCY, OPS = Page("agency", Role.AGENCY, ("disputes",)), Page("ops", Role.OPERATOR, ("disputes",))
PAGES = (HOME, COUNTER, ME, AGENCY, OPS)


def island(page: Page, lang: Lang, hub: Hub, actor: Actor | None) -> dict[str, Any]:
    """Return what the page's scripts read: texts, region, who is signed in, and the page's own things."""
    known: dict[str, Any] = {
        "page": page.name,
        "lang": lang,
        "html_lang": HTML_LANG[lang],
        "role": page.role.value if page.role else None,
        "region": {"code": hub.region, "name": region_name(hub, lang)},
        "now": hub.now().isoformat(),
        "texts": areas(texts(lang), "common", page.name, *page.shares),
        "ages": {name: entry[lang] for name, entry in CATALOGUE["words"].items()},
    }
    if actor is not None:
        known["actor"] = {"name": actor.name, "office": actor.office, "window": actor.window}
    return known | _own(page, lang, hub, actor)


def region_name(hub: Hub, lang: Lang) -> str:
    """Return what this region is called."""
    return (lang == "en" and hub.settings.name_en) or hub.settings.name


def _own(page: Page, lang: Lang, hub: Hub, actor: Actor | None) -> dict[str, Any]:
    trust = trust_of(hub)
    names = {one.uscc: _name(one, lang) for one in (trust.agencies.values() if trust else ())}
    if page is COUNTER:
        return {
            "trust_as_of": trust.as_of.isoformat() if trust else None,
            "sentences": _sentences(lang),
            "field_names": _field_names(hub.catalogue, lang),
            "names": list(NAMES),
            "agency_names": names,
        }
    if page is AGENCY:
        return {
            "agencies": _agencies(hub, actor, lang),
            "id_types": [
                {"code": one.code, "name": one.name_en if lang == "en" else one.name}
                for one in HOLDER_ID_TYPES.values()
            ],
        }
    if page is OPS:
        return {
            "agency_names": names,
            "region_names": _region_names(trust, lang),
            "verdict_words": _verdict_words(lang),
            "cause_words": _cause_words(lang),
        }
    if page is ME:
        return {
            "answer_days": ANSWER_WITHIN.days,
            "agency_names": names,
            "region_names": _region_names(trust, lang),
            "field_names": _field_names(hub.catalogue, lang),
            "verdict_words": _verdict_words(lang),
            "cause_words": _cause_words(lang),
        }
    return {}


def trust_of(hub: Hub) -> TrustSet | None:
    """Return the trust set; a hub that lost it still shows its pages, above all the one that says so."""
    try:
        return hub.trust
    except Unavailable:
        return None


def _name(agency: Agency, lang: Lang) -> str:
    return agency.name_en if lang == "en" else agency.name


def _region_names(trust: TrustSet | None, lang: Lang) -> dict[str, str]:
    regions = trust.regions.values() if trust else ()
    return {one.code: (lang == "en" and one.name_en) or one.name for one in regions}


def _sentences(lang: Lang) -> dict[str, Any]:
    """Return the verifier's words in one language: `codes`, `facts`, `outcomes`, `verdicts`."""
    found: dict[str, Any] = {
        part: {name: entry[lang] for name, entry in CATALOGUE[part].items()}
        for part in ("codes", "facts", "outcomes")
    }
    return found | {"verdicts": _verdict_words(lang)}


def _cause_words(lang: Lang) -> dict[str, str]:
    return {code: cause_words(code, lang) for code in CATALOGUE["codes"]}


def _verdict_words(lang: Lang) -> dict[str, str]:
    return {one.value: one.en if lang == "en" else one.zh for one in Verdict}


def _field_names(catalogue: Catalogue, lang: Lang) -> dict[str, str]:
    """Return what a claim's title is called on an English screen; on a Chinese one the title is the name.

    Certificates of every version are shown, so that the titles of all versions have their name.
    """
    if lang == "zh":
        return {}
    every = (kind for versions in catalogue.versions.values() for kind in versions.values())
    return {field.title: field.title_en for kind in every for field in kind.fields}


def _agencies(hub: Hub, actor: Actor | None, lang: Lang) -> list[dict[str, Any]]:
    """Return the agencies that the account acts for, each with the kinds that the trust set lets it issue."""
    known = trust.agencies if (trust := trust_of(hub)) else {}
    found = [known.get(uscc) for uscc in (actor.agencies if actor else ())]
    return [
        {"uscc": one.uscc, "name": _name(one, lang), "kinds": sorted(one.kinds)}
        for one in found
        if one is not None
    ]
