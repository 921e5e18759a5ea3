"""Schema changes, as Tortoise migrations that run SQL files; every file may be run twice without a second effect."""
