"""Answers and what follows from them: time, grading, memory, due days, the drill. Knows nothing of tables or HTTP."""
