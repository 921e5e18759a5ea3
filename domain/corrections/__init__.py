"""Corrections: reversals of journals, each proposed by one officer and approved by another."""
