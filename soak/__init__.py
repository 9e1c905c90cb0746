"""Faults made on purpose, and the proof that nothing acknowledged is lost or counted twice."""
