"""Draws the frames of a job folder with Cycles. Runs inside Blender only; mien never imports it.

Usage: ``blender --background --python draw_in_blender.py -- JOB`` or, where bpy is installed,
``python draw_in_blender.py JOB``. The job holds ``scene.json``, ``scene.npz`` and, as they come,
``frame_00000.npz``; each gives ``frame_00000.npy``: linear red, green, blue and cover,
premultiplied, first row above. Space is that of the head: metres, x to the subject's left, y up,
z ahead.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

_WAIT_S = 900.0
_DISTANCE_M = 1.25  # of the lamps from the face
_SIZES_M = (0.42, 0.85, 0.34)  # sides of key, fill and rim
_TEETH_GLOW, _TONGUE_GLOW = 0.5, 0.15  # of the lamps' mean colour
_EYE_LIGHT_M, _EYE_LIGHT_RADIANCE = 0.3, 110.0


class Nodes:
    """The nodes of one material, made and linked in one call."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree
        tree.nodes.clear()

    def add(self, kind: str, inputs: dict[str, Any] | None = None, **properties: Any) -> Any:
        """Make a node; an input is a number, a colour or the socket of another node."""
        node = self._tree.nodes.new(kind)
        for name, value in properties.items():
            setattr(node, name, value)
        for key, value in (inputs or {}).items():
            socket = node.inputs[int(key)] if key.isdigit() else node.inputs[key]
            if hasattr(value, "is_output"):
                self._tree.links.new(value, socket)
            else:
                socket.default_value = value
        return node

    def math(self, operation: str, first: Any, second: Any) -> Any:
        """Compute with two numbers."""
        node = self.add("ShaderNodeMath", {"0": first, "1": second}, operation=operation)
        return node.outputs[0]

    def attribute(self, name: str) -> Any:
        """Read an attribute of the mesh or of the hair."""
        return self.add("ShaderNodeAttribute", attribute_name=name)

    def surface(self, shader: Any) -> None:
        """End in a surface."""
        self.add("ShaderNodeOutputMaterial", {"Surface": shader})


class Studio:
    """The scene in Blender, built once and moved for each frame."""

    def __init__(self, bpy: Any, facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self._bpy, self._facts, self._arrays = bpy, facts, arrays
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.scene = bpy.context.scene
        self._meshes: dict[str, Any] = {}
        self._hairs: dict[str, Any] = {}
        self._settings()
        self._camera()
        self._lights()
        self._texture = self._image("skin", arrays["texture"])
        self._relief = self._image("relief", arrays["relief"])
        makers = {
            "skin": self._skin,
            "shirt": self._shirt,
            "teeth": self._teeth,
            "tongue": self._tongue,
            "eyeball": self._eyeball,
            "iris": self._iris,
            "cornea": self._cornea,
        }
        for name in facts["meshes"]:
            self._mesh(name, makers[name]())
        for name in facts["hairs"]:
            self._hair(name)
        self._eye_light()

    def _settings(self) -> None:
        scene, facts = self.scene, self._facts
        scene.render.engine = "CYCLES"
        scene.cycles.device = "CPU"
        scene.cycles.samples = facts["samples"]
        scene.cycles.use_adaptive_sampling = False
        scene.cycles.seed = facts["seed"]
        scene.cycles.use_animated_seed = False
        scene.cycles.use_denoising = True
        scene.cycles.denoiser = "OPENIMAGEDENOISE"
        scene.cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
        scene.cycles.max_bounces = 8
        scene.cycles.transparent_max_bounces = 24
        scene.cycles.sample_clamp_indirect = 8.0
        scene.cycles.caustics_reflective = False
        scene.cycles.caustics_refractive = False
        scene.render.film_transparent = True
        scene.render.resolution_x, scene.render.resolution_y = facts["size_px"]
        scene.render.resolution_percentage = 100
        scene.render.image_settings.file_format = "OPEN_EXR"
        scene.render.image_settings.color_mode = "RGBA"
        scene.render.image_settings.color_depth = "32"
        if facts["threads"]:
            scene.render.threads_mode = "FIXED"
            scene.render.threads = facts["threads"]
        scene.cycles_curves.shape = "THICK"
        scene.render.use_persistent_data = True

    def _camera(self) -> None:
        facts = self._facts["camera"]
        camera = self._bpy.data.cameras.new("camera")
        width, height = self._facts["size_px"]
        camera.sensor_fit = "VERTICAL" if height <= width else "HORIZONTAL"
        camera.sensor_width = camera.sensor_height = facts["sensor_mm"]
        camera.lens = facts["lens_mm"]
        camera.clip_start, camera.clip_end = 0.01, 50.0
        if facts["f_stop"]:
            camera.dof.use_dof = True
            camera.dof.aperture_fstop = facts["f_stop"]
            camera.dof.focus_distance = facts["sharp_m"]
        placed = self._bpy.data.objects.new("camera", camera)
        matrix = np.eye(4)
        matrix[:3, :3] = np.array(facts["axes"]).T
        matrix[:3, 3] = facts["centre_m"]
        placed.matrix_basis = matrix.T.tolist()  # column by column
        self.scene.collection.objects.link(placed)
        self.scene.camera = placed

    def _lights(self) -> None:
        facts = self._facts["light"]
        for index, (direction, colour) in enumerate(
            zip(facts["directions"], facts["colours"], strict=True)
        ):
            size_m = _SIZES_M[index] * (facts["key_softness"] if index == 0 else 1.0)
            # A sheet that faces the lamp shall send back albedo times colour.
            self._lamp(f"lamp{index}", direction, colour, size_m, np.pi**2 * _DISTANCE_M**2)
        world = self._bpy.data.worlds.new("room")
        world.use_nodes = True
        nodes = Nodes(world.node_tree)
        ray = nodes.add("ShaderNodeTexCoord").outputs["Generated"]
        height = nodes.add("ShaderNodeSeparateXYZ", {"0": ray}).outputs["Y"]
        share = nodes.math("MULTIPLY_ADD", height, 0.5)
        share.node.inputs[2].default_value = 0.5
        ground, sky = ([*facts[name], 1.0] for name in ("ground", "sky"))
        mixed = nodes.add(
            "ShaderNodeMix", {"0": share, "6": ground, "7": sky}, data_type="RGBA"
        ).outputs[2]
        room = nodes.add("ShaderNodeBackground", {"Color": mixed})
        nodes.add("ShaderNodeOutputWorld", {"Surface": room.outputs[0]})
        self.scene.world = world

    def _lamp(self, name: str, direction: Any, colour: Any, size_m: float, watts: float) -> Any:
        """Hang a square lamp that looks at the face; a colour of 1 has all the watts."""
        back = np.array(direction, float)
        back /= np.linalg.norm(back)
        lamp = self._bpy.data.lights.new(name, "AREA")
        lamp.shape = "SQUARE"
        lamp.size = size_m
        strength = max(*colour, 1e-9)
        lamp.color = [value / strength for value in colour]
        lamp.energy = strength * watts
        placed = self._bpy.data.objects.new(name, lamp)
        side = np.cross((0.0, 1.0, 0.0), back)
        side /= np.linalg.norm(side)
        matrix = np.eye(4)
        matrix[:3, :3] = np.column_stack((side, np.cross(back, side), back))
        matrix[:3, 3] = np.array(self._facts["light"]["aim_m"]) + _DISTANCE_M * back
        placed.matrix_basis = matrix.T.tolist()  # column by column
        placed.visible_camera = False
        self.scene.collection.objects.link(placed)
        return placed

    def _eye_light(self) -> None:
        """Hang the photographer's eye light: it is only mirrored in the eyes."""
        facts = self._facts["light"]
        key = np.array(facts["directions"][0])
        ahead = np.array(self._facts["camera"]["axes"][2])
        colour = np.array(facts["colours"][0])
        watts = np.pi * _EYE_LIGHT_M**2 * _EYE_LIGHT_RADIANCE
        direction = 0.55 * key + ahead
        placed = self._lamp("eye", direction, colour / colour.max(), _EYE_LIGHT_M, watts)
        eyes = self._bpy.data.collections.new("eyes")
        eyes.objects.link(self.scene.objects["cornea"])
        placed.light_linking.receiver_collection = eyes
        placed.visible_diffuse = False

    def _image(self, name: str, pixels: np.ndarray) -> Any:
        height, width = pixels.shape[:2]
        full = np.ones((height, width, 4), np.float32)
        full[..., : pixels.shape[2]] = pixels
        image = self._bpy.data.images.new(name, width, height, float_buffer=True, is_data=True)
        image.pixels.foreach_set(np.ascontiguousarray(full[::-1]).ravel())
        image.update()
        return image

    def _mesh(self, name: str, material: Any) -> None:
        triangles = self._arrays[f"{name}_triangles"]
        corners = self._arrays[f"{name}_corners"]
        mesh = self._bpy.data.meshes.new(name)
        vertices = self._arrays[f"{name}_vertices"]
        mesh.from_pydata(vertices.tolist(), [], triangles.tolist())
        layer = mesh.uv_layers.new(name="map")
        layer.data.foreach_set("uv", corners.astype(np.float32).ravel())
        for attribute in self._facts["meshes"][name]:
            values = self._arrays[f"{name}_{attribute}"].astype(np.float32)
            kind, field = ("FLOAT_COLOR", "color") if values.ndim > 1 else ("FLOAT", "value")
            if values.ndim > 1:
                values = np.column_stack((values, np.ones(len(values), np.float32)))
            made = mesh.attributes.new(attribute, kind, "POINT")
            made.data.foreach_set(field, values.ravel())
        mesh.polygons.foreach_set("use_smooth", np.ones(len(triangles), bool))
        mesh.materials.append(material)
        mesh.update()
        self.scene.collection.objects.link(self._bpy.data.objects.new(name, mesh))
        self._meshes[name] = mesh

    def _hair(self, name: str) -> None:
        radius = self._arrays[f"{name}_radius"].astype(np.float32)
        colour = self._arrays[f"{name}_colour"].astype(np.float32)
        count, steps = radius.shape
        curves = self._bpy.data.hair_curves.new(name)
        curves.add_curves([steps] * count)
        curves.points.foreach_set("radius", radius.ravel())
        made = curves.attributes.new("colour", "FLOAT_COLOR", "CURVE")
        full = np.column_stack((colour, np.ones(count, np.float32)))
        made.data.foreach_set("color", full.ravel())
        curves.materials.append(self._strand(name))
        self.scene.collection.objects.link(self._bpy.data.objects.new(name, curves))
        self._hairs[name] = curves

    def _material(self, name: str) -> tuple[Any, Nodes]:
        material = self._bpy.data.materials.new(name)
        material.use_nodes = True
        return material, Nodes(material.node_tree)

    def _colour(self, nodes: Nodes, *, tinted: bool = True) -> Any:
        image = nodes.add(
            "ShaderNodeTexImage", image=self._texture, interpolation="Cubic", extension="EXTEND"
        )
        if not tinted:
            return image.outputs["Color"]
        tint = nodes.attribute("tint").outputs["Color"]
        return nodes.add(
            "ShaderNodeMix",
            {"0": 1.0, "6": image.outputs["Color"], "7": tint},
            data_type="RGBA",
            blend_type="MULTIPLY",
        ).outputs[2]

    def _noise(self, nodes: Nodes, size_m: float, detail: float = 2.0) -> Any:
        place = nodes.add("ShaderNodeTexCoord").outputs["UV"]
        scale = self._facts["texels"] / self._facts["texels_per_m"] / size_m
        return nodes.add(
            "ShaderNodeTexNoise", {"Vector": place, "Scale": scale, "Detail": detail}
        ).outputs[0]

    def _skin(self) -> Any:
        material, nodes = self._material("skin")
        relief = nodes.add("ShaderNodeTexImage", image=self._relief, interpolation="Cubic")
        parts = nodes.add("ShaderNodeSeparateColor", {"0": relief.outputs["Color"]}).outputs
        height = parts[0]
        for number in range(self._facts["folds"]):
            depth = nodes.attribute(f"fold{number}").outputs["Fac"]
            height = nodes.math("ADD", height, nodes.math("MULTIPLY", parts[1 + number], depth))
        for size_m, height_mm in ((0.0006, 0.06), (0.0021, 0.07)):
            grain = nodes.math("MULTIPLY", self._noise(nodes, size_m), height_mm)
            height = nodes.math("ADD", height, grain)
        bump = nodes.add(
            "ShaderNodeBump", {"Height": height, "Distance": 0.001, "Strength": 1.0}
        ).outputs[0]
        gloss = nodes.attribute("gloss").outputs["Fac"]
        patchy = nodes.math("MULTIPLY_ADD", self._noise(nodes, 0.004, 4.0), 0.14)
        patchy.node.inputs[2].default_value = 0.36
        shader = nodes.add(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": self._colour(nodes),
                "Roughness": patchy,
                "Specular IOR Level": nodes.math("MULTIPLY", gloss, 0.5),
                "Subsurface Weight": 1.0,
                "Subsurface Radius": (1.0, 0.36, 0.19),
                "Subsurface Scale": 0.0026,
                "Subsurface Anisotropy": 0.7,
                "Coat Weight": nodes.math("MULTIPLY", gloss, 0.09),
                "Coat Roughness": 0.27,
                "Sheen Weight": 0.05,
                "Sheen Roughness": 0.4,
                "Normal": bump,
            },
            subsurface_method="RANDOM_WALK_SKIN",
        )
        nodes.surface(shader.outputs[0])
        return material

    def _shirt(self) -> Any:
        material, nodes = self._material("shirt")
        place = nodes.add("ShaderNodeTexCoord").outputs["Object"]
        weave = nodes.add(
            "ShaderNodeTexNoise", {"Vector": place, "Scale": 900.0, "Detail": 3.0}
        ).outputs[0]
        bump = nodes.add(
            "ShaderNodeBump", {"Height": weave, "Distance": 0.0006, "Strength": 0.7}
        ).outputs[0]
        tint = nodes.attribute("tint").outputs["Color"]
        # The torso below is hollow: its inner side must not look like a black hole.
        inner = nodes.add("ShaderNodeNewGeometry").outputs["Backfacing"]
        shader = nodes.add(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": tint,
                "Emission Color": tint,
                "Emission Strength": nodes.math("MULTIPLY", inner, 0.16),
                "Roughness": 0.95,
                "Specular IOR Level": 0.15,
                "Sheen Weight": 0.35,
                "Sheen Roughness": 0.5,
                "Normal": bump,
            },
        )
        nodes.surface(shader.outputs[0])
        return material

    def _wet(self, name: str, colour: Any, nodes: Nodes, **values: float) -> Any:
        inputs: dict[str, Any] = {
            "Base Color": colour,
            "Roughness": values["rough"],
            "Subsurface Weight": 1.0,
            "Subsurface Radius": (1.0, 0.6, 0.45),
            "Subsurface Scale": values["scatter_m"],
            "Coat Weight": values["coat"],
            "Coat Roughness": 0.06,
        }
        if "glow" in values:
            # What bounces between lips and gums, which few paths find.
            strength = values["glow"] * float(np.mean(self._facts["light"]["colours"]))
            inputs |= {"Emission Color": colour, "Emission Strength": strength}
        shader = nodes.add("ShaderNodeBsdfPrincipled", inputs)
        shader.label = name
        nodes.surface(shader.outputs[0])

    def _teeth(self) -> Any:
        material, nodes = self._material("teeth")
        colour = self._colour(nodes)
        self._wet("teeth", colour, nodes, rough=0.3, scatter_m=0.0012, coat=0.5, glow=_TEETH_GLOW)
        return material

    def _tongue(self) -> Any:
        material, nodes = self._material("tongue")
        colour = self._colour(nodes)
        self._wet("tongue", colour, nodes, rough=0.42, scatter_m=0.002, coat=0.4, glow=_TONGUE_GLOW)
        return material

    def _eyeball(self) -> Any:
        material, nodes = self._material("eyeball")
        colour = self._colour(nodes, tinted=False)
        self._wet("eyeball", colour, nodes, rough=0.32, scatter_m=0.0011, coat=0.9)
        return material

    def _iris(self) -> Any:
        material, nodes = self._material("iris")
        colour = self._colour(nodes, tinted=False)
        brightness = nodes.add("ShaderNodeSeparateColor", {"0": colour}).outputs[1]
        bump = nodes.add(
            "ShaderNodeBump", {"Height": brightness, "Distance": 0.0008, "Strength": 0.6}
        ).outputs[0]
        shader = nodes.add(
            "ShaderNodeBsdfPrincipled",
            {"Base Color": colour, "Roughness": 0.55, "Specular IOR Level": 0.0, "Normal": bump},
        )
        nodes.surface(shader.outputs[0])
        return material

    def _cornea(self) -> Any:
        """Clear: it bends what the camera sees and lets the lamps' light pass straight."""
        material, nodes = self._material("cornea")
        bent = nodes.add("ShaderNodeBsdfRefraction", {"Roughness": 0.0, "IOR": 1.336})
        # Not quite sharp, so that the lamps are looked for and not only met by chance.
        mirror = nodes.add("ShaderNodeBsdfAnisotropic", {"Roughness": 0.045})
        # Half of what a cornea mirrors: few paths find the lamps, and what is made of their noise
        # would lie over the pupil as haze. The eye light is twice as bright instead.
        edge = nodes.add("ShaderNodeFresnel", {"IOR": 1.25}).outputs[0]
        glass = nodes.add(
            "ShaderNodeMixShader", {"0": edge, "1": bent.outputs[0], "2": mirror.outputs[0]}
        )
        clear = nodes.add("ShaderNodeBsdfTransparent")
        path = nodes.add("ShaderNodeLightPath").outputs
        passes = nodes.math("MAXIMUM", path["Is Shadow Ray"], path["Is Diffuse Ray"])
        mixed = nodes.add(
            "ShaderNodeMixShader", {"0": passes, "1": glass.outputs[0], "2": clear.outputs[0]}
        )
        nodes.surface(mixed.outputs[0])
        return material

    def _strand(self, name: str) -> Any:
        material, nodes = self._material(f"{name}_strand")
        shader = nodes.add(
            "ShaderNodeBsdfHairPrincipled",
            {
                "Color": nodes.attribute("colour").outputs["Color"],
                "Roughness": 0.32,
                "Radial Roughness": 0.38,
                "Random Roughness": 0.15,
            },
            parametrization="COLOR",
        )
        nodes.surface(shader.outputs[0])
        return material

    def move(self, frame: dict[str, np.ndarray]) -> None:
        """Put everything where it is in one frame."""
        for name, mesh in self._meshes.items():
            mesh.vertices.foreach_set("co", frame[f"{name}_vertices"].astype(np.float32).ravel())
            if name == "skin":
                for number in range(self._facts["folds"]):
                    depth = frame["folds"][:, number].astype(np.float32)
                    mesh.attributes[f"fold{number}"].data.foreach_set("value", depth)
            mesh.update()
        for name, curves in self._hairs.items():
            points = frame[f"{name}_points"].astype(np.float32)
            curves.position_data.foreach_set("vector", points.ravel())
            curves.update_tag()

    def shoot(self, path: Path) -> None:
        """Draw, and write the linear picture as an array, whole or not at all."""
        drawn = path.with_suffix(".exr")
        self.scene.render.filepath = str(drawn)
        self._bpy.ops.render.render(write_still=True)
        image = self._bpy.data.images.load(str(drawn))
        width, height = image.size
        pixels = np.empty(width * height * 4, np.float32)
        image.pixels.foreach_get(pixels)
        self._bpy.data.images.remove(image)
        drawn.unlink()
        temporary = path.with_suffix(".part.npy")
        np.save(temporary, pixels.reshape(height, width, 4)[::-1])
        temporary.replace(path)


def main() -> None:
    """Draw every frame of the job, in order, as they come."""
    import bpy  # noqa: PLC0415 - only Blender has it

    job = Path(sys.argv[-1])
    facts = json.loads((job / "scene.json").read_text(encoding="utf-8"))
    with np.load(job / "scene.npz") as archive:
        arrays = {name: archive[name] for name in archive.files}
    studio = Studio(bpy, facts, arrays)
    for number in range(facts["frames"]):
        source = job / f"frame_{number:05d}.npz"
        patience_s = time.monotonic() + _WAIT_S
        while not source.exists():
            if time.monotonic() > patience_s or not job.exists():
                sys.exit(1)
            time.sleep(0.05)
        with np.load(source) as archive:
            studio.move({name: archive[name] for name in archive.files})
        studio.shoot(source.with_suffix(".npy"))


if __name__ == "__main__":
    main()
