"""Conversion (ポイント交換) of value into other value at the municipality's rate: of points into currency."""
