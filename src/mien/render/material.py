"""What a triangle is made of; the kernels shade by these numbers."""

SKIN, SHIRT, TEETH, TONGUE, EYE = range(5)
