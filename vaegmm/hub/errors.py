"""What goes wrong between us and the hub, in one sentence each."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager

LOG_IN = "log in with `hf auth login` or set HF_TOKEN"


class HubError(ValueError):
    """The hub, or the way to it, failed.

    Attributes:
        is_temporary: whether it may go better in a while, with nothing changed on our side.
    """

    def __init__(self, words: str, is_temporary: bool = False) -> None:
        super().__init__(words)
        self.is_temporary = is_temporary


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

    match error:
        case errors.GatedRepoError():
            return HubError(f"{name} is gated; ask for access on its page at {host}, then {LOG_IN}")
        case errors.RepositoryNotFoundError():
            return HubError(
                f"{host} knows no repository {name}, or it is private; check the name, or {LOG_IN}"
            )
        case errors.RevisionNotFoundError():
            return HubError(f"{name} has no such revision; give a branch, a tag or a commit of it")
        case errors.LocalTokenNotFoundError():
            return HubError(f"nobody is logged in at {host}; {LOG_IN}")
        case errors.OfflineModeIsEnabled():
            return HubError(
                f"{name} was not fetched before, and {host} may not be asked while HF_HUB_OFFLINE "
                "is set"
            )
        case errors.LocalEntryNotFoundError() | httpx2.ConnectError():
            return HubError(f"{host} cannot be reached", is_temporary=True)
        case errors.FileMetadataError():
            return HubError(f"{host} does not answer as a hub does", is_temporary=True)
        case errors.HfHubHTTPError(response=answer) if answer.status_code == 401:
            return HubError(f"{host} does not know who asks for {name}; {LOG_IN}")
        case errors.HfHubHTTPError(response=answer) if answer.status_code == 403:
            return HubError(f"{host} does not allow it for {name} with the token that is used")
        case errors.HfHubHTTPError(response=answer):
            status, words = answer.status_code, answer.reason_phrase
            is_temporary = status >= 500 or status == 429
            return HubError(f"{host} answered {status} {words} for {name}", is_temporary)
        case httpx2.TimeoutException():
            return HubError(f"{host} does not answer", is_temporary=True)
        case httpx2.TransportError():
            return HubError(f"{host} broke off while {name} was on its way", is_temporary=True)
        case OSError(strerror=str(words)):  # of the cache; its file would be a path of this machine
            return HubError(f"{name} cannot be kept: {words}")
        case _:
            return HubError(f"{name}: {next(iter(str(error).splitlines()), 'unknown error')}")
