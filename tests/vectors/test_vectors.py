"""Every vector gives what it says, and making them again gives the same bytes."""

import json

import pytest

from tests.vectors.files import all_files
from tests.vectors.judge import World, judge
from tests.vectors.make import FOLDER

WORLD = World(json.loads((FOLDER / "world.json").read_bytes()))
FILES = {
    path.stem: json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.json")) if path.stem != "world"
}
VECTORS = [
    pytest.param(form, vector, id=f"{form}/{vector['name']}")
    for form, file in FILES.items()
    for vector in file["vectors"]
]


@pytest.mark.parametrize(("form", "vector"), VECTORS)
def test_a_vector_gives_what_it_says(form, vector):
    """The package, told nothing but the files, comes to the outcome that the vector states."""
    assert vector["expect"] == judge(form, vector, FILES[form].get("given", {}), WORLD)


def test_making_the_vectors_again_gives_the_same_bytes():
    """Fixed keys, signatures by RFC 6979, a fixed day: whoever runs the script gets what is committed."""
    made = all_files()

    assert sorted(made) == sorted(path.name for path in FOLDER.glob("*.json"))
    for name, content in made.items():
        assert (FOLDER / name).read_bytes() == content, f"{name}: run python -m tests.vectors.make"


def test_the_vectors_stay_small():
    """Whoever starts from them can read them: less than 1.8 MB in all, for three formats of what regions exchange."""
    assert 1_800_000 > sum(path.stat().st_size for path in FOLDER.iterdir())


@pytest.mark.parametrize("form", FILES)
def test_every_vector_says_why_and_where_it_comes_from(form):
    """One sentence each, an origin each, a name of its own; good ones and bad ones in every file."""
    vectors = FILES[form]["vectors"]

    assert all(vector["why"].endswith(".") and vector["origin"] for vector in vectors)
    assert len(vectors) == len({vector["name"] for vector in vectors})
    assert 10 <= len(vectors)
