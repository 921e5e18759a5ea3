"""Files that people send once, to an address that only they know."""
