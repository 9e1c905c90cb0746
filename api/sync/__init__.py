"""Offline devices: the change feed, the digests of the state, devices, the pack."""
