"""HTTP and command line: controllers by audience, request and response structs, problems, and the wiring.

Controllers know `domain` and the ports; only `api.wiring` knows `repositories`.
"""
