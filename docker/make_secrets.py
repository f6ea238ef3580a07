#!/usr/bin/env python3
"""Write the two secret files that compose.yaml mounts: run once, before the first `docker compose up`.

    docker/secrets/postgres_password   what the database starts with
    docker/secrets/pg_service.conf     how a hub reaches it (libpq connection service file)

They belong together: the database keeps the password of its first start. Existing files are left alone.
"""

import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"


def main() -> int:
    """Make both files, or neither."""
    password, service = FOLDER / "postgres_password", FOLDER / "pg_service.conf"
    if password.exists() or service.exists():
        sys.stderr.write(f"» {FOLDER} 已有内容，没有改动 / is there already and was left alone\n")
        return 0
    FOLDER.mkdir(
        mode=0o700, exist_ok=True
    )  # nobody else on this machine reads them; containers get single files
    word = secrets.token_urlsafe(32)
    password.write_text(word)
    service.write_text(
        f"[certhub]\nhost=database\nport=5432\ndbname=certhub\nuser=certhub\npassword={word}\n"
    )
    sys.stderr.write(f"» 已写入 {FOLDER} / written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
