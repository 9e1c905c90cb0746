"""What HR takes out: exports."""
