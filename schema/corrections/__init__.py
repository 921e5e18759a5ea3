"""Corrections: a journal is reversed on the word of two officers."""
