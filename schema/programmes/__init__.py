"""Programmes: what a municipality gives value for, each out of its own budget."""
