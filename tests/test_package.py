"""The package: its public names, and what it needs."""

from __future__ import annotations

import ast
import dataclasses
import doctest
import pkgutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import torch
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import vaegmm
from tests.conftest import TINY
from tests.test_architecture import MODULES, PAGE, ROOT, imported_modules
from vaegmm import VAEGMM, encode_handwriting, generate
from vaegmm.model_config import FORMAT_VERSION, ModelConfig
from vaegmm.outliers import OutlierRule

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = {Requirement(line) for line in PROJECT["dependencies"]}
NEEDED_BY_PAGE = {Requirement(line) for line in PROJECT["optional-dependencies"]["app"]}


@pytest.fixture(scope="module")
def small() -> VAEGMM:
    """An untrained network with a mixture at random places, one component for every digit."""
    digits = tuple(range(10))
    network = dataclasses.replace(TINY, latent_dim=10)
    rule = OutlierRule(0, 1, 0, 1, threshold=100)
    config = ModelConfig(FORMAT_VERSION, network, digits, digits, 1.0, rule, "none", "none")
    generator = torch.Generator().manual_seed(0)
    model = VAEGMM(config)
    model.means.copy_(torch.randn(model.means.shape, generator=generator))
    return model.eval()


OTHERWISE_NAMED = {"PIL": "pillow", "sklearn": "scikit-learn"}


def test_what_is_offered_is_there_at_run_time_and_for_type_checkers() -> None:
    offered = {name: home for home, names in vaegmm._HOMES.items() for name in names}
    tree = ast.parse(Path(vaegmm.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    typed = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    assert {alias.name: node.module for node in typed for alias in node.names} == offered
    assert sorted([*offered, "__version__"]) == sorted(vaegmm.__all__) == dir(vaegmm)
    for name, home in offered.items():
        assert getattr(vaegmm, name) is getattr(import_module(home), name)


def test_no_public_name_stands_in_the_way_of_a_submodule() -> None:
    submodules = {module.name for module in pkgutil.iter_modules(vaegmm.__path__)}
    assert {"mixture", "hub", "media"} <= submodules
    assert not submodules & {*vaegmm.__all__}
    code = "from vaegmm import mixture, hub; import vaegmm.files; print(mixture, hub, vaegmm.files)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def test_a_name_that_is_not_there_is_none() -> None:
    with pytest.raises(AttributeError, match="module 'vaegmm' has no attribute 'nonsense'"):
        _ = vaegmm.nonsense
    assert not hasattr(vaegmm, "__path")


def test_the_examples_in_docstrings_hold(small: VAEGMM) -> None:
    names = {name: getattr(vaegmm, name) for name in vaegmm.__all__}
    hand = encode_handwriting(small, generate(small, 100))
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(verbose=False)
    shown = []
    for name, thing in names.items():
        for examples in finder.find(thing, name, globs={**names, "model": small, "hand": hand}):
            assert runner.run(examples).failed == 0
            shown += [name] if examples.examples else []
    operations = ["encode_handwriting", "generate", "load_dataset", "morph", "muddle"]
    assert shown == [*operations, "write_number"]


def find_distributions(files: list[Path]) -> set[str]:
    """Return the distributions that files import from, Python's own and ours left out."""
    modules = {name.partition(".")[0] for path in files for name in imported_modules(path)}
    others = modules - {*sys.stdlib_module_names, "_typeshed", "vaegmm", "app"}
    return {canonicalize_name(OTHERWISE_NAMED.get(module, module)) for module in others}


def test_a_space_installs_what_package_and_page_need() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    installed = [Requirement(line) for line in lines if line[:1] not in "#"]
    assert len(installed) == len({*installed})
    assert {*installed} == NEEDED | NEEDED_BY_PAGE


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    package, page = ({one.name for one in needed} for needed in (NEEDED, NEEDED_BY_PAGE))
    assert find_distributions(MODULES) == package
    assert find_distributions(PAGE) - package == page
