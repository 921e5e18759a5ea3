"""Working stand-ins for the world outside; never in the wheel or the image."""
