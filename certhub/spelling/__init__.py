"""How values may be written, and how each is spelled from then on: texts, codes and days, for every wing."""
