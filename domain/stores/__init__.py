"""Stores: the places where value is spent."""
