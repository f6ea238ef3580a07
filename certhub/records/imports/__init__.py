"""Reading what departments export: files into rows, rows into drafts or into reasons.

    bytes ──► reading.read_rows ──► Row ──► rules.judge_row ──► a draft, or RowFaults
                   │                 │
                   ├── columns.py    └── which column is which place of a draft
                   └── BadFile           the file as a whole cannot be read; nothing was judged

Pure: no database, no HTTP, no clock. What a draft must satisfy is the catalogue's business; it comes in as
the argument `accept`.
"""
