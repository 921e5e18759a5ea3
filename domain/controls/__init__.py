"""Controls: what guards money is loosened by two officers, from a time; tightened by one, at once."""
