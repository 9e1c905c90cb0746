"""Who is asking, and what they may see. Knows nothing of tokens, passwords or tables."""
