"""The rules, the tables and the ledger: no web framework, no GraphQL, no push service."""
