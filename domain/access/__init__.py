"""Who may still act: sessions and rights, followed by each process."""
