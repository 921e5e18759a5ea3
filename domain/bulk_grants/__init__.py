"""Bulk grants: grants by file, which are checked, approved, run row by row, and undone."""
