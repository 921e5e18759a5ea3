"""Uploads: files that a person sends once, to a secret one-time address."""
