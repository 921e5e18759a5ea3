"""Tables of names, computed from the declarations of the root fields."""

from functools import lru_cache

from graphql import GraphQLSchema

from schema.core.fields import DECLARATION, Declaration
from schema.engine.compiled.inputs import DEFINITION


@lru_cache(maxsize=4)
def declarations(schema: GraphQLSchema) -> dict[str, Declaration]:
    """The declaration of every root field, by its name in the contract."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {
        name: field.extensions[DEFINITION].metadata[DECLARATION]
        for root in roots
        if root is not None
        for name, field in root.fields.items()
    }


@lru_cache(maxsize=4)
def money_fields(schema: GraphQLSchema) -> frozenset[str]:
    """Mutations that move value: one per operation of a document."""
    return frozenset(name for name, declared in declarations(schema).items() if declared.moves_value)
