"""What strangers wrote, read within bounds."""
