"""Kinds of value, their issuers and lots."""
