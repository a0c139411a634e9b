"""The documentation site. It is built without a network, and warnings are errors: `make docs`."""

import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")
sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "trajalign"
author = "The trajalign developers"
project_copyright = author
release = version = installed_version("trajalign")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinx_proof",
    # docs/_ext
    "api_names",
    "derivations",
    "figure_command",
    "html_repairs",
    "mathml_math",
    "mermaid_table",
    "repository_links",
]
exclude_patterns = ["_ext"]
smartquotes = False  # they would make quotes of primes, and dashes of options
nitpicky = True
# What other libraries define; their documentation cannot be reached without a network.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(sympy|sp|mpmath|flint|numpy|np|scipy|jax|xarray|xr|pandas|pd|matplotlib)\..*",
    ),
    (r"py:.*", r"(click|hypothesis|_pytest)\..*"),
    (r"py:.*", r"(collections|concurrent|types|typing|threading|pathlib|fractions|enum|abc)\..*"),
    (r"py:.*", r"(int|str|float|bool|bytes|tuple|list|dict|set|frozenset|object|type|None)"),
    (r"py:.*", r"(complex|property|ABC|Enum|StrEnum|Exception|ValueError|RuntimeError)"),
    (
        r"py:.*",
        r"(Number|Executor|Progress|Path|Axes|arb|T|(tuple|dict)\[.*)",
    ),  # aliases that autodoc cannot follow
]

# Pages and notebooks
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_fence_as_directive = ["mermaid"]
nb_execution_mode = "force"
nb_execution_show_tb = True  # a cell that raises is a warning, which fails the build
nb_execution_in_temp = True
nb_execution_timeout = 300  # of a cell; one trains a network

# Mathematics: MathML, and equations numbered as in the appendix of `trajalign derive`
html_math_renderer = "mathml"
math_numfig = False
proof_minimal_theme = True
numfig_format = {"figure": "%.0s"}  # sphinx-proof turns numbers on; figures are to have none

# The API, from docstrings in plain words
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
add_module_names = False
default_role = "code"

# Looks
html_theme = "furo"
html_title = f"trajalign {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_domain_indices = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1f5a96", "color-brand-content": "#1f5a96"},
    "dark_css_variables": {"color-brand-primary": "#8ab8e6", "color-brand-content": "#8ab8e6"},
}
copybutton_prompt_text = r"^\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
