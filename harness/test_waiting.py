"""Waiting ends, with what was seen or with what was not."""

import pytest

from harness.errors import DeploymentError
from harness.waiting import wait_until


def test_looks_again_until_there_is_something_to_see() -> None:
    looks = iter([None, False, 0])
    assert wait_until(lambda: next(looks), within_seconds=60, every_seconds=0) == 0


def test_looks_once_even_without_time_and_then_says_what_did_not_happen() -> None:
    looks: list[None] = []
    with pytest.raises(DeploymentError, match="no notice came"):
        wait_until(lambda: looks.append(None), within_seconds=0, otherwise="no notice came")
    assert looks == [None]


def test_what_goes_wrong_while_looking_ends_the_waiting() -> None:
    def look() -> bool:
        raise DeploymentError("the server ended")

    with pytest.raises(DeploymentError, match="the server ended"):
        wait_until(look, within_seconds=60)
