"""Forbidden phrases: finding them in a draft, in whatever script, width and punctuation they are written."""
