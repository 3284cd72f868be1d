import mien

project = "mien"
author = "the authors of mien"
version = release = mien.__version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "tables"]  # tables are included by pages
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = "mien"
html_copy_source = False
html_show_sphinx = False
