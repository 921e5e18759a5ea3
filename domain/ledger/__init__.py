"""The one place where value moves: accounts, journals, entries, holds, and the poster that commits them in groups."""
