"""Grants by file: checked, approved, run row by row, and undone."""
