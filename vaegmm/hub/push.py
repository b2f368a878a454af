"""A model's files into a repository of the hub."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vaegmm.hub.errors import explaining
from vaegmm.hub.repository import check_name
from vaegmm.hub.weights import CONFIG, EXTRAS, TENSORS

# No checkpoints, and no run.json: its settings name folders of the machine.
PUSHED = (
    CONFIG, TENSORS, *EXTRAS, "metrics.json", "curves.png", "reconstructions.png", "generated.png",
    "latents.png", "manifold.png",
)  # fmt: skip


def push_folder(folder: Path, name: str, card: str, is_private: bool = False) -> str:
    """Commit a model's folder to a repository, which is made where there is none.

    Args:
        folder: of the model; checked by who calls.
        name: "user/name".
        card: the README.md that goes with it.
        is_private: a repository that is made is seen by its owner alone.

    Returns:
        The address of the repository.

    Raises:
        HubError: it cannot be pushed.
        ValueError: no name of a repository.
    """
    check_name(name)
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    files: Mapping[str, Path | bytes] = {
        "README.md": card.encode(),
        **{file: folder / file for file in PUSHED if (folder / file).exists()},
    }
    added = [CommitOperationAdd(file, content) for file, content in files.items()]
    with explaining(name):
        api = HfApi()
        url = api.create_repo(name, private=is_private, exist_ok=True)
        # What an earlier model has left there would be taken for this one's.
        gone = {*PUSHED} & {*api.list_repo_files(name)} - {*files}
        removed = [CommitOperationDelete(file) for file in sorted(gone)]
        words = "A VAE and its Gaussian mixture"
        api.create_commit(name, [*added, *removed], commit_message=words)
    return url.url


def check_access(name: str) -> None:
    """Refuse, before hours of work, what could not be pushed after them.

    Raises:
        HubError: nobody is logged in, or the hub cannot be reached.
        ValueError: no name of a repository.
    """
    check_name(name)
    from huggingface_hub import HfApi

    with explaining(name):
        HfApi().whoami()
