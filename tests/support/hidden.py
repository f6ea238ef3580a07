"""Characters that may stand in no text: each sort that a reader cannot see, or that only one font can show."""

HIDDEN = {
    "NUL": "\x00",
    "escape": "\x1b",
    "line feed": "\n",
    "next line": "\x85",
    "soft hyphen": "\u00ad",
    "grapheme joiner": "\u034f",
    "Arabic letter mark": "\u061c",
    "Hangul fillers": "\u115f",
    "Khmer inherent vowel": "\u17b4",
    "Mongolian vowel separator": "\u180e",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "left-to-right mark": "\u200e",
    "line separator": "\u2028",
    "right-to-left override": "\u202e",
    "word joiner": "\u2060",
    "invisible separator": "\u2063",
    "unassigned ignorable": "\u2065",
    "isolate": "\u2067",
    "Hangul filler": "\u3164",
    "lone surrogate": "\ud800",
    "byte order mark": "\ufeff",
    "halfwidth filler": "\uffa0",
    "interlinear anchor": "\ufff9",
    "shorthand control": "\U0001bca0",
    "musical control": "\U0001d173",
    "tag letter": "\U000e0041",
    "unassigned tag": "\U000e0fff",
    "private use": "\ue863",
    "replacement character": "\ufffd",
    "private use, plane 15": "\U000f0041",
}
"""One character of each sort, by its name."""

FIT = "赵䶮𠮷\U000e0100 ﷺé—№１"
"""What is rare, and seen: other planes, a variation selector, other scripts, a dash, full width."""
