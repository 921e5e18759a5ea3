"""Glue between the contract and the domain: context and input in, one domain call, a domain object out."""
