"""What every adapter of a service over HTTP shares."""
