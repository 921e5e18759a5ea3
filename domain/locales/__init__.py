"""Message texts by language."""
