"""The benchmark: every figure with an anchor that is measured in the same run on the same machine. Not part of the product."""
