"""The store's ground: engines and units of work, column types, sealing, blind indexes, migrations."""
