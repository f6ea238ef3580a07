"""A demo's network side: one authority for all regions, made once and kept while it will do."""

import os
import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from certhub.adapters.tls import AUTHORITY, AUTHORITY_KEY, FOLDER, SERVER
from certhub.demo.lan import Lan, authority_folder, secure
from certhub.setup.tls import describe, read_x509
from tests.support.region import Region


def folder_of(regions: tuple[Region, ...]) -> Path:
    """The demo's folder: each region's lies in it."""
    return regions[0].hub.settings.data.parent


def secured(regions: tuple[Region, ...], address: str = "192.168.7.5", **later: float):
    """Make what is missing; return the authority and each region's server, by fingerprint, and its names."""
    folder, now = folder_of(regions), regions[0].hub.now() + timedelta(**later)
    authority = secure(folder, [one.hub.region for one in regions], Lan(address), now=now, random=os.urandom)
    servers = [describe(read_x509(folder / one.hub.region / FOLDER / SERVER)) for one in regions]
    return authority.sha256, [one.sha256 for one in servers], [set(one.subject.hosts) for one in servers]


def test_one_authority_signs_for_every_region_and_its_key_is_in_none(regions):
    """A phone trusts once; each region's names are its own, and the network's."""
    _, servers, names = secured(regions)

    assert len(set(servers)) == 2
    for region, hosts in zip(regions, names, strict=True):
        folder = region.hub.settings.data / FOLDER
        assert {"127.0.0.1", "localhost", f"{region.hub.region}.localhost", "192.168.7.5"} <= hosts
        assert f"{region.hub.region}.test" not in hosts  # the demo's authority may not sign for it
        assert not (folder / AUTHORITY_KEY).exists()
        read_x509(folder / SERVER).verify_directly_issued_by(
            read_x509(authority_folder(folder_of(regions)) / AUTHORITY)
        )
        ssl.create_default_context(cafile=folder / AUTHORITY)


def test_what_will_do_is_kept(regions):
    """The next day nothing is new; near its end a server is, and an authority that would not outlive one."""
    first = secured(regions)

    assert first == secured(regions, days=1)
    renewed = secured(regions, days=380)
    assert first[0] == renewed[0]
    assert set(first[1]).isdisjoint(renewed[1])
    assert first[0] != secured(regions, days=3400)[0]


def test_another_address_needs_another_server_and_no_other_authority(regions):
    """As long as it is of a private network; a public one was not permitted."""
    first, moved, public = secured(regions), secured(regions, "10.0.0.9"), secured(regions, "203.0.113.4")

    assert first[0] == moved[0] != public[0]
    assert set(first[1]).isdisjoint(moved[1])
    assert all("203.0.113.4" in hosts and "10.0.0.9" not in hosts for hosts in public[2])


@pytest.mark.parametrize(
    ("is_tls", "url"), [(True, "https://10.0.0.9:8000"), (False, "http://10.0.0.9:8000")]
)
def test_the_address_for_phones_says_whether_it_is_encrypted(is_tls, url):
    """As it is served."""
    assert url == Lan("10.0.0.9", is_tls=is_tls).url(8000)
