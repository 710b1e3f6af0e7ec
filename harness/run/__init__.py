"""The run directory: files, records, resuming, manifest, signatures."""
