"""Fuzzed: whatever a person can hand in. Nothing is thrown, and everything that is found can be told and drawn."""

from collections.abc import Iterable
from functools import partial

from certhub_verifier.causes import Verdict
from certhub_verifier.cli import detect as intakes
from certhub_verifier.cli import pictures
from certhub_verifier.cli.console import result_lines
from certhub_verifier.cli.documents import Documents
from certhub_verifier.cli.judging import Judging
from certhub_verifier.cli.results import Unread
from certhub_verifier.cli.sources import Source
from certhub_verifier.cli.trust_sources import Anchor
from certhub_verifier.cli.view import View
from certhub_verifier.cli.why_svg import why_svg
from certhub_verifier.cli.why_text import why_lines
from certhub_verifier.formats import codes
from certhub_verifier.report import Report

from tests.fuzz.corpus import Corpus
from tests.fuzz.found import Found, Target, same, text_of
from tests.support.credentials import NOW


def edge_targets(corpus: Corpus) -> tuple[Target, ...]:
    """Return the targets at which anything at all arrives."""
    anchor = Anchor(origin="folder", trust=corpus.trust, status=corpus.public_files)
    desk = Judging(
        anchor=anchor,
        documents=Documents(None, anchor),
        matter=corpus.matter,
        matter_named=True,
        now=NOW,
        explaining=True,
    )
    return (
        Target("intake", corpus.everything, _intake, 4),
        Target("desk", corpus.everything, partial(_desk, corpus=corpus, desk=desk), 1),
        *([Target("picture", corpus.pictures, _picture, 1)] if corpus.pictures else []),
    )


def _intake(data: bytes) -> Found:
    """Everything is something, and a kind is told."""
    taken = intakes.take(data)
    return Found.REFUSED if isinstance(taken, intakes.Failed) else Found.SAME


def _desk(data: bytes, *, corpus: Corpus, desk: Judging) -> Found:
    """The whole command, short of printing: judged, told in two languages, explained, drawn."""
    found = Found.REFUSED
    for result in desk.results(Source(name="input", text=data)):
        _use(result.to_dict("zh"), result.to_dict("en"))
        if isinstance(result.judgement, Unread):
            continue
        view, why = View(columns=80), desk.why_of(result)
        _use(result_lines(result, desk, view), why_lines(why, view), why.to_list())
        _use(why_svg(result, why, langs=view.langs))
        if isinstance(result.judgement, Report) and result.judgement.verdict in (
            Verdict.VALID,
            Verdict.CHECK,
        ):
            found = same(_known(data, corpus))
    return found


def _known(data: bytes, corpus: Corpus) -> bool:
    """Tell whether that code, or that credential with any choice of its fields, was ever signed."""
    signed = data.strip().partition(b"~")[0].rpartition(b".")[0]
    return signed in corpus.sealed or codes.normalise(text_of(data)).encode() in corpus.sealed_codes


def _use(*drawn: Iterable[object]) -> None:
    """Draw to the end what is drawn line by line."""
    for one in drawn:
        for _ in one:
            pass


def _picture(data: bytes) -> Found:
    try:
        return Found.SAME if pictures.texts_in(data) else Found.REFUSED
    except pictures.TooManyPixels:
        return Found.REFUSED
