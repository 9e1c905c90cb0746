"""PostgreSQL: SQLModel tables, named SQL, and the stores that implement the ports of `domain`.

Owns every statement the product sends. Must not begin, commit or roll back a transaction (the wiring does), and offers no read
without a scope: a repository is built with its caller.
"""
