"""Corrections: a reversal of a journal, proposed by one officer and approved by another."""
