"""`python -m certhub_verifier` is `certhub-verify`."""

import sys

from certhub_verifier.cli import main

if __name__ == "__main__":
    sys.exit(main())
