"""Schema changes: Tortoise migrations that run SQL files. Every file is idempotent."""
