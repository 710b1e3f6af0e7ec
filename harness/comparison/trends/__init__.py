"""A metric over runs in their order: series, tables, plots."""
