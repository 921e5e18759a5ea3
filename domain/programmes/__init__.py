"""Programmes: what a town gives value for, out of which budget, to whom, and where it may be spent."""
