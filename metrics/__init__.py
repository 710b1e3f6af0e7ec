"""Pure scoring: per-item sufficient statistics, their aggregation, parsers and statistics."""
