"""Staff: who acts for a municipality, and who for its stores."""
