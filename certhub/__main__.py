"""`python -m certhub` is the certhub command."""

from certhub.cli import main

main()
