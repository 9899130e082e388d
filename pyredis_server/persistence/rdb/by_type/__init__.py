"""One codec per type of value: what it writes, and everything of that type that it can read."""
