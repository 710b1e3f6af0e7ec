"""What every adapter with local weights shares."""
