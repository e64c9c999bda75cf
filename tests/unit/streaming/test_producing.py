"""No record asks whether a producer that sends nothing has room."""

from inspect import getsource
from pathlib import Path
from typing import Any, cast

import faust.transport
import pytest
from faust.transport import conductor
from faust.transport.producer import ProducerBuffer

from marsad.streaming import producing


class Asked(Exception):
    """Faust looked at how full its buffer is."""


class Settingless:
    """An app whose settings nobody may ask for."""

    @property
    def conf(self) -> Any:
        raise Asked


@pytest.fixture
def buffer(monkeypatch: pytest.MonkeyPatch) -> ProducerBuffer:
    """Return a producer's buffer; what a test installs is undone after it."""
    monkeypatch.setattr(ProducerBuffer, "wait_until_ebb", ProducerBuffer.wait_until_ebb)
    made: ProducerBuffer = object.__new__(ProducerBuffer)
    made.app = cast("Any", Settingless())
    return made


def test_the_question_costs_a_look_at_the_settings(buffer: ProducerBuffer) -> None:
    """That is what is left out; once Faust no longer does it, the replacement can go."""
    with pytest.raises(Asked):
        assert buffer.size


async def test_nothing_is_asked(buffer: ProducerBuffer) -> None:
    """Once installed, the wait is over at once, and no setting is looked up."""
    producing.install()

    await buffer.wait_until_ebb()


def test_the_seam_is_there() -> None:
    """Faust's handling of messages, in Python and compiled, takes the method from the buffer."""
    assert "app.producer.buffer.wait_until_ebb" in getsource(conductor)
    compiled = Path(faust.transport.__file__).parent / "_cython" / "conductor.pyx"
    assert "producer.buffer.wait_until_ebb" in compiled.read_text(encoding="utf-8")
