"""Programmes: the purposes for which a municipality gives value, with their budgets, eligibility and acceptance."""
