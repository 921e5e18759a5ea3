"""Staff of municipalities and of stores."""
