"""`python -m certhub_keys` is `certhub-keys`."""

import sys

from certhub_keys.cli import main

sys.exit(main())
