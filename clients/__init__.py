"""Clients of the service. They know `domain` and the HTTP contract, and nothing of the service's inside."""
