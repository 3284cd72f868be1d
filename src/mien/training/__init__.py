"""Clips to weights: one loop for every network, losses, checkpoints, export to ONNX."""
