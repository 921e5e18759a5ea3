"""Assets (kinds of value), their issuers and lots."""
