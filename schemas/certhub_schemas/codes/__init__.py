"""Codes that check themselves: organisations, people, identifiers, regions, kinds of holder number.

One code per file; each knows its alphabet, its check character and its source, and lets out nothing
but `BadCode`. Everything here takes text that `normalise` has already been over.
"""

from certhub_schemas.codes import holder_id, mod37_36, regions, resident_id, uscc
from certhub_schemas.codes.text import normalise

__all__ = ["holder_id", "mod37_36", "normalise", "regions", "resident_id", "uscc"]
