"""The demo bank: sixty people with three months of practice behind them, made by the product's own rules.

Nothing is written beside the product: simulated learners are asked by the real drill, and their answers go through the real
grading, folding and recording.
"""
