"""The curriculum on its way: read from files, published into tables, read back as one catalogue."""
