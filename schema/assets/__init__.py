"""Assets: kinds of value."""
