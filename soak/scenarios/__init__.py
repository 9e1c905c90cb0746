"""The scenarios: each founds a bank in a database of its own, lets phones work under faults, and audits what is left."""

from soak.scenarios.clocks import clocks
from soak.scenarios.contention import contention
from soak.scenarios.cursor import cursor
from soak.scenarios.cuts import cuts
from soak.scenarios.database_kills import database_kills
from soak.scenarios.storm import storm
from soak.scenarios.worker_kills import worker_kills

__all__ = ["clocks", "contention", "cursor", "cuts", "database_kills", "storm", "worker_kills"]
