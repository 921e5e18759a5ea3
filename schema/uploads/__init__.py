"""Uploads: one-time addresses for files."""
