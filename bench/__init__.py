"""Every number that we publish, to be run again; each with its reference in the same run."""
