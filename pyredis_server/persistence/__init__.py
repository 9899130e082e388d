"""Values and data sets as bytes: RDB files and DUMP payloads, and later the append-only file."""
