"""Codes of stores that are printed and scanned: EMVCo payloads."""
