"""All the files of `schemas/vectors/`, by name."""

from typing import Any

from tests.vectors import world
from tests.vectors.statuslists import status_lists
from tests.vectors.vector import VectorFile, printed


def world_json() -> dict[str, Any]:
    """Return `world.json`: what every vector is judged by."""
    return {
        "about": "The world of the vectors: the time, the trust lists, the status lists, the matters, and every key "
        "with its secret half. Never trust any of these keys.",
        "now": world.instant(world.NOW),
        "matters": world.matters(),
        "status_lists": status_lists(),
        "keys": world.keys_json(),
        "trust": world.trust_json(),
    }


def vector_files() -> tuple[VectorFile, ...]:
    """Return every file of vectors."""
    from tests.vectors.bundles import bundle_file, trust_list_file
    from tests.vectors.codes import paper_file, sealed_file, ticket_file
    from tests.vectors.credentials import credential_file
    from tests.vectors.exchange import exchange_file
    from tests.vectors.identifiers import identifier_file
    from tests.vectors.keybindings import key_binding_file
    from tests.vectors.receipts import receipt_file
    from tests.vectors.statuslists import status_list_file
    from tests.vectors.tokens import token_file

    makers = (
        identifier_file,
        ticket_file,
        token_file,
        credential_file,
        key_binding_file,
        sealed_file,
        paper_file,
        status_list_file,
        receipt_file,
        exchange_file,
        bundle_file,
        trust_list_file,
    )
    return tuple(make() for make in makers)


def all_files() -> dict[str, bytes]:
    """Return the content of each file by its name."""
    made = {f"{file.name}.json": file.to_bytes() for file in vector_files()}
    return {"world.json": printed(world_json()), **made}
