"""Conversion (ポイント交換) of value into other value at the town's rate: points into currency."""
