"""Stores, where value is spent."""
