"""The checker of drafts, and the phrases an organisation adds to it."""
