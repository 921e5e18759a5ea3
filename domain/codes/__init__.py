"""Codes that are printed and scanned: EMVCo payloads of stores."""
