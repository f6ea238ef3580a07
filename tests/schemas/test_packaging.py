"""The data travels with the code, and is read from wherever the code is."""

import subprocess
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

from certhub_schemas import kinds, matter_schema, matters, report_schema

PACKAGE = Path(str(files("certhub_schemas")))
SCRIPT = """
import certhub_schemas
from certhub_schemas.codes import regions
print(certhub_schemas.__file__)
print(len(certhub_schemas.kinds()), len(certhub_schemas.matters()), len(regions.REGIONS))
print(certhub_schemas.report_schema()["$id"], certhub_schemas.matter_schema()["$id"])
"""


def test_the_data_is_read_from_inside_an_archive(tmp_path):
    """Nothing opens a path: a zipped package, as some counters run it, holds the same catalogue."""
    archive = tmp_path / "schemas.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in PACKAGE.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                packed.write(file, Path("certhub_schemas") / file.relative_to(PACKAGE))

    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(archive)!r})\n{SCRIPT}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    where, counts, schemas = done.stdout.splitlines()

    assert where.startswith(str(archive))
    assert [len(kinds()), len(matters())] == [int(each) for each in counts.split()][:2]
    assert [report_schema()["$id"], matter_schema()["$id"]] == schemas.split()


def test_it_stands_on_the_standard_library_alone():
    """Importing it brings in nothing that a bare Python lacks."""
    script = (
        "import sys; before = set(sys.modules); import certhub_schemas; certhub_schemas.matters()\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'certhub_schemas'}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]"
