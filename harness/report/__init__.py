"""What people read about a run: table, status, export."""
