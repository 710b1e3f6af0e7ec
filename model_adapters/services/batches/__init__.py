"""What the batch API of a service sends back."""
