"""The leaves of the contract: context, ids, scalars, nodes, pages, declarations. They import no subject."""
