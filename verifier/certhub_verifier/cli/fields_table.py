"""What each matter of this installation sees of the paper, as a table: least fields, fields on the paper, the share."""

from collections.abc import Iterator, Sequence

from certhub_schemas import Kind, Matter, kind
from certhub_schemas.least_fields import SeenOfKind, seen_by

from certhub_verifier.cli.layout import printable
from certhub_verifier.cli.view import View
from certhub_verifier.sentences import Lang


def table_lines(matters: Sequence[Matter], view: View) -> Iterator[str]:
    """Yield a line for each matter, and under it one for each certificate that it takes."""
    yield from view.lines(view.words("fields_table"))
    for each in matters:
        seen = seen_by(each, kind)
        yield ""
        names = " ".join(each.name if lang == "zh" else each.name_en for lang in view.langs)
        yield from view.lines(f"{each.code} {names} · {_figure(seen.least, seen.on_paper)}", first="  ")
        for one in seen.kinds:
            yield from _kind_lines(one, view)


def _kind_lines(seen: SeenOfKind, view: View) -> Iterator[str]:
    parts = [
        " ".join(_named(seen.kind, lang) for lang in view.langs),
        _figure(seen.least, seen.on_paper),
        *(["、".join(seen.way.titles)] if seen.way.titles else []),
        *([view.words("one_more")] if seen.is_one_more else []),
    ]
    yield from view.lines(printable(" · ".join(parts)), first="    ", rest="      ")
    for field in seen.way.fields if seen.is_one_more else ():
        reasons = " / ".join(field.reason if lang == "zh" else field.reason_en for lang in view.langs)
        yield from view.lines(printable(f"{field.title}: {reasons}"), first="        ")


def _named(kind: Kind, lang: Lang) -> str:
    return kind.name if lang == "zh" else kind.name_en


def _figure(least: int, on_paper: int) -> str:
    return f"{least} / {on_paper} = {100 * least / on_paper:.1f} %"
