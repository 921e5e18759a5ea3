"""The contract that app developers read: types, inputs, results, root fields, the committed SDL."""
