"""What is so particular to one corpus that no definition can say it."""
