"""mien reads expressions that last less than half a second and gives them to digital humans."""

__version__ = "0.1.0"
