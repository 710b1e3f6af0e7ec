"""What a task file says about its judge: the block, its sampling, its canaries."""
