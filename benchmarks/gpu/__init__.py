"""What a GPU does with local checkpoints: ``scripts/gpu_check.sh``."""
