"""The only place that connects stages."""
