"""The command `certhub-verify`: everything that reads files, pictures and the clock, or writes to a terminal.

    command        what was asked for, and the exit code     options   the words of the command line
    batch          one input or thousands, as they come      sources   where inputs come from
    judging        judges one input by one anchor            detect    what an input is, by its look
    trust_sources  what everything is judged by              pictures  codes in photographs
    results        what became of one input                  tally     how many of each, the worst first
    console overview why_text why_svg                        layout view progress
              what a person is shown                                   how wide, in which language, how far

The library is one floor down and knows nothing of it: whoever embeds the verifier needs none of this.
"""

from certhub_verifier.cli.command import main

__all__ = ["main"]
