"""What goes wrong between us and the hub, in one sentence each."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager

LOG_IN = "log in with 'hf auth login' or set HF_TOKEN"


class HubError(ValueError):
    """The hub, or the way to it, failed.

    Attributes:
        is_temporary: whether it may go better in a while, with nothing changed on our side.
    """

    def __init__(self, words: str, is_temporary: bool = False) -> None:
        super().__init__(words)
        self.is_temporary = is_temporary


class HubWarning(UserWarning):
    """The hub failed, and something else serves instead."""


@contextmanager
def explaining(name: str) -> Iterator[None]:
    """Turn what the hub's client raises into one sentence.

    Args:
        name: of the repository that the block speaks with the hub about.

    Raises:
        HubError: the block failed.
    """
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except HubError:
        raise
    except (
        errors.HFValidationError,
        errors.LocalEntryNotFoundError,
        errors.LocalTokenNotFoundError,
        errors.FileMetadataError,
        httpx2.HTTPError,
        OSError,
        RuntimeError,  # what the client makes of an upload that failed
    ) as error:
        raise _explain(error, name, hub_host()) from error


def hub_host() -> str:
    """Return the hub's name, as people know it."""
    from huggingface_hub import constants

    return urllib.parse.urlsplit(constants.ENDPOINT).netloc


def _explain(error: Exception, name: str, host: str) -> HubError:
    import httpx2
    from huggingface_hub import errors

    words, is_temporary = str(error).partition("\n")[0] or type(error).__name__, False
    match error:
        case errors.GatedRepoError():
            words = f"access is gated; ask for it on the repository's page at {host}, then {LOG_IN}"
        case errors.RepositoryNotFoundError():
            words = (
                f"{host} knows no such repository, or it is private; check the name, or {LOG_IN}"
            )
        case errors.RevisionNotFoundError():
            words = "there is no such revision; give a branch, a tag or a commit's hash"
        case errors.LocalTokenNotFoundError():
            words = f"nobody is logged in at {host}; {LOG_IN}"
        case errors.OfflineModeIsEnabled():
            words = f"it is not in the cache, and HF_HUB_OFFLINE forbids to ask {host}"
        case errors.LocalEntryNotFoundError() | httpx2.ConnectError():
            words, is_temporary = f"{host} cannot be reached", True
        case errors.FileMetadataError():
            words, is_temporary = f"{host} does not answer as a hub does", True
        case errors.HfHubHTTPError(response=answer) if answer.status_code == 401:
            words = f"{host} does not know who asks; {LOG_IN}"
        case errors.HfHubHTTPError(response=answer) if answer.status_code == 403:
            words = f"{host} does not allow it to the owner of this token"
        case errors.HfHubHTTPError(response=answer):
            words = f"{host} answered {answer.status_code} {answer.reason_phrase}"
            is_temporary = answer.status_code >= 500 or answer.status_code == 429
        case httpx2.TimeoutException():
            words, is_temporary = f"{host} does not answer", True
        case httpx2.TransportError():
            words, is_temporary = f"{host} broke off", True
        case OSError(strerror=str(reason)):  # of the cache; its file is a path of this machine
            words, is_temporary = f"the cache cannot be written: {reason}", True
    return HubError(f"{name}: {words.removesuffix('.')}", is_temporary)
