"""Conditions that programmes, products and rules share: which stores, when, and who."""
