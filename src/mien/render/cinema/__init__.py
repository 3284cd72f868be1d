"""The cinema quality: the scene is written as data and drawn by Blender, a program of its own."""

from mien.render.cinema.program import BLENDER_VARIABLE, Blender, find_blender
from mien.render.cinema.scene import CinemaScene
from mien.render.cinema.shooting import shoot

__all__ = ["BLENDER_VARIABLE", "Blender", "CinemaScene", "find_blender", "shoot"]
