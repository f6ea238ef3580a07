"""docs/flows.md is the numbered lists of the flow files, and nothing more."""

from tests.docs.pages import FLOWS_PAGE, flow_files, flow_name, flows_page, trip_lists


def test_the_page_is_the_docstrings() -> None:
    """The page holds each flow's list word for word; `python -m tests.docs.pages` writes it anew."""
    assert flows_page() == FLOWS_PAGE.read_text(encoding="utf-8")


def test_every_flow_opens_with_a_numbered_trip() -> None:
    """Each file of certhub/flows tells its trip in numbers before any code."""
    page = flows_page()
    for path in flow_files():
        _, _, section = page.partition(f"\n## {flow_name(path)}\n")
        assert "```text\n" in section.split("\n## ")[0], path


def test_a_list_is_found_however_it_is_indented() -> None:
    """A list is a paragraph that begins with 1, also after a name; prose is left out."""
    docstring = (
        "Title.\n\n    1 read   a\n    2 write  b\n\nProse with 1 number.\n\nask  1 trust\n     2 sign\n"
    )

    assert ["1 read   a\n2 write  b", "ask  1 trust\n     2 sign"] == trip_lists(docstring)
