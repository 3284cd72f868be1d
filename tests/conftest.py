"""What holds for all tests."""

import os

# Several processes test at once, and what they compute is small: threads that wait for each other
# make torch ten times slower on it. Must be said before numpy and torch are loaded.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
