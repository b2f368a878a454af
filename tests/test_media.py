"""Frames as a file: in order, for as long as they should, small, or refused."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import replace

import av
import numpy as np
import pytest
from PIL import Image

from tests.films import (
    MOVING,
    SMALL,
    Frames,
    difference,
    enlarge,
    fade_between,
    leave_out_faint,
    read,
    read_pictures,
    read_video,
)
from vaegmm.data.datasets import load_dataset
from vaegmm.latents import to_pixels
from vaegmm.media import FORMATS, Format, MediaSettings, check_settings, encode_media
from vaegmm.model import VAEGMM
from vaegmm.operations.morph import morph


@pytest.fixture(scope="module")
def fade() -> Frames:
    """60 frames from a 3 to an 8 of the sample."""
    return fade_between(3, 8)


@pytest.mark.parametrize("returns", [False, True])
@pytest.mark.parametrize("format", MOVING)
def test_frames_come_back_in_order_and_once_each(
    format: Format, returns: bool, fade: Frames
) -> None:
    frames = fade[::5]
    shown = read(encode_media(frames, replace(SMALL, fps=2, returns=returns), format), format)
    order = [*range(12), *range(10, 0, -1)] if returns else [*range(12)]
    assert len(shown) == len(order)
    for picture, index in zip(shown, order, strict=True):
        expected = [enlarge(frame, 56) for frame in frames]
        if format == "gif":
            expected = [leave_out_faint(levels) for levels in expected]
        errors = [difference(picture, levels) for levels in expected]
        assert np.argmin(errors) == index


@pytest.mark.parametrize("fps", [1, 7.5, 12, 24, 29.97, 30, 48, 50])
@pytest.mark.parametrize(("format", "unit"), [("gif", 10), ("webp", 1)])
def test_durations_add_up_and_the_ends_are_held(
    format: Format, unit: int, fps: float, fade: Frames
) -> None:
    content = encode_media(fade[::3], replace(SMALL, fps=fps), format)
    durations = read_pictures(content)[1]
    hold = max(1, round(fps / 2))
    assert len(durations) == 38
    assert durations[0] == pytest.approx(1000 / fps * hold, abs=unit)
    assert durations[19] == pytest.approx(1000 / fps * hold, abs=unit)
    assert 500 - 500 / fps - unit <= durations[0] <= max(500 + 500 / fps, 1000 / fps) + unit
    between = durations[1:19] + durations[20:]
    assert max(between) - min(between) <= unit
    assert min(between) >= 20 or format == "webp"  # browsers slow down what is shorter
    assert sum(durations) == pytest.approx(1000 / fps * (36 + 2 * hold), abs=unit / 2)


def test_a_gif_of_30_frames_per_second_spreads_its_hundredths(fade: Frames) -> None:
    durations = read_pictures(encode_media(fade[:11], replace(SMALL, returns=False), "gif"))[1]
    assert durations == [500, 30, 40, 30, 30, 40, 30, 30, 40, 30, 500]


@pytest.mark.parametrize("format", ["gif", "webp"])
def test_it_loops_for_ever(format: Format, fade: Frames) -> None:
    with Image.open(io.BytesIO(encode_media(fade[::59], SMALL, format))) as image:
        assert image.info["loop"] == 0


@pytest.mark.parametrize("fps", [1, 12.5, 29.97, 30, 59.94, 60, 30.123456])
@pytest.mark.parametrize("format", ["mp4", "avi"])
def test_a_video_repeats_its_ends(format: Format, fps: float, fade: Frames) -> None:
    content = encode_media(fade[:5], replace(SMALL, size=28, fps=fps), format)
    with av.open(io.BytesIO(content)) as container:
        assert float(container.streams.video[0].average_rate or 0) == pytest.approx(fps, rel=1e-4)
        n_frames = sum(1 for _ in container.decode(video=0))
    assert n_frames == 6 + 2 * max(1, round(fps / 2))


@pytest.mark.parametrize("format", MOVING)
def test_frames_that_are_all_the_same_take_their_time(format: Format, fade: Frames) -> None:
    content = encode_media([*[fade[0]] * 10, fade[-1]], replace(SMALL, fps=10), format)
    if format in ("gif", "webp"):
        assert sum(read_pictures(content)[1]) == 2800
    else:
        assert len(read_video(content)) == 28


@pytest.mark.parametrize("format", FORMATS)
def test_a_morph_that_never_changes_is_written_too(format: Format, fade: Frames) -> None:
    content = encode_media([fade[0]] * 3, SMALL, format)
    if format != "png":
        for picture in read(content, format):  # a WebP keeps one
            assert difference(picture, enlarge(fade[0], 56)) < 8


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_frames_give_the_same_bytes_as_an_array_or_one_by_one(
    format: Format, fade: Frames
) -> None:
    def one_by_one() -> Iterator[Frames]:
        yield from frames

    frames = fade[::4]
    sources: list[Iterable[Frames]] = [frames, frames.copy(), list(frames), one_by_one()]
    assert len({encode_media(source, SMALL, format) for source in sources}) == 1


@pytest.mark.parametrize("format", ["gif", "mp4", "avi"])
def test_enlarged_frames_are_never_all_in_memory(format: Format, fade: Frames) -> None:
    tracemalloc.start()
    content = encode_media(fade, MediaSettings(), format)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(content) < 500_000
    assert peak < 3_000_000  # all of them would be 9 MB of levels, 28 MB of colours


def test_a_gif_of_60_frames_has_at_most_250_kb(fade: Frames, digits: VAEGMM) -> None:
    sample = load_dataset("sample", train=False)
    start, end = to_pixels(sample.images[[0, -1]])[:, 0].numpy()
    for frames in (fade, fade_between(4, 1), morph(digits, [start], [end]).joined()):
        content = encode_media(frames, MediaSettings(returns=False), "gif")
        assert len(read_pictures(content)[0]) == 60
        assert len(content) <= 250_000
        there_and_back = encode_media(frames, MediaSettings(), "gif")
        assert len(there_and_back) < 2 * len(content)


@pytest.mark.parametrize(("format", "most"), [("webp", 250_000), ("mp4", 60_000), ("avi", 200_000)])
def test_other_formats_are_small_too(format: Format, most: int, fade: Frames) -> None:
    assert len(encode_media(fade, MediaSettings(), format)) <= most


def test_an_mp4_s_index_comes_first_whatever_its_length() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 28, 28), np.uint8)
    for frames in (noise[:2], noise):
        content = encode_media(frames, MediaSettings(fps=60, size=28), "mp4")
        assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_x264_runs_in_one_thread_since_its_bytes_differ_with_more(fade: Frames) -> None:
    content = encode_media(fade[:2], MediaSettings(), "mp4")
    assert b" threads=1 " in content  # x264 notes its settings


@pytest.mark.parametrize(("format", "codec"), [("mp4", "h264"), ("avi", "mpeg4")])
def test_players_know_the_codec(format: Format, codec: str, fade: Frames) -> None:
    with av.open(io.BytesIO(encode_media(fade[:2], SMALL, format))) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == (codec, "yuv420p")
        assert (stream.width, stream.height) == (56, 56)
        assert "creation_time" not in container.metadata | stream.metadata


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fps": 0}, "fps must be from 1 to 60, got 0; choose 30"),
        ({"fps": 61}, "fps must be from 1 to 60, got 61; choose 30"),
        ({"fps": float("nan")}, "fps must be from 1 to 60, got nan; choose 30"),
        ({"size": 0}, "size must be a multiple of 28 from 28 to 560, got 0; choose 280"),
        ({"size": 100}, "size must be a multiple of 28 from 28 to 560, got 100; choose 280"),
        ({"size": 588}, "size must be a multiple of 28 from 28 to 560, got 588; choose 280"),
        ({"ink": "white"}, "ink must be a colour as #rrggbb, got 'white'; write #000000 for"),
        ({"ink": "#fff"}, "ink must be a colour as #rrggbb, got '#fff'; write"),
        ({"ink": "#ffffff00"}, "ink must be a colour as #rrggbb, got '#ffffff00'; write"),
        ({"paper": "#00000g"}, "paper must be a colour as #rrggbb, got '#00000g'; write"),
        ({"paper": "#000000\n"}, r"paper must be a colour as #rrggbb, got '#000000\\n'; write"),
    ],
)
def test_a_wrong_setting_is_said_so(change: dict[str, object], message: str) -> None:
    settings = replace(MediaSettings(), **change)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        check_settings(settings, "mp4", 60, 1)


def test_a_gif_beyond_50_frames_per_second_is_said_so() -> None:
    check_settings(MediaSettings(fps=50), "gif", 60, 1)
    check_settings(MediaSettings(fps=60), "webp", 60, 1)
    with pytest.raises(
        ValueError, match=r"fps must be from 1 to 50 in a GIF \(browsers .* got 51;"
    ):
        check_settings(MediaSettings(fps=51), "gif", 60, 1)


def test_an_unknown_format_is_said_so(fade: Frames) -> None:
    with pytest.raises(ValueError, match="one of gif, webp, mp4, avi, png, got 'tiff'; choose one"):
        encode_media(fade, MediaSettings(), "tiff")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("n_frames", "n_places", "message"),
    [
        (1, 1, "n_frames must be from 2 to 240, got 1; choose 60"),
        (241, 1, "n_frames must be from 2 to 240, got 241; choose 60"),
        (60, 0, "n_places must be from 1 to 6, got 0; give 1 to 6 digits"),
        (60, 7, "n_places must be from 1 to 6, got 7; give 1 to 6 digits"),
    ],
)
def test_too_few_or_too_many_are_said_so(n_frames: int, n_places: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_settings(MediaSettings(size=28), "gif", n_frames, n_places)


@pytest.mark.parametrize(
    ("format", "returns", "n_shown"),
    [("gif", True, 318), ("webp", False, 160), ("mp4", True, 346), ("png", True, 160)],
)
def test_pixels_are_counted_as_they_are_shown(format: Format, returns: bool, n_shown: int) -> None:
    settings = MediaSettings(size=560, returns=returns)
    message = f"at most 80 million pixels, got {n_shown} frames of 1120 x 560, .* take fewer frames"
    with pytest.raises(ValueError, match=message):
        check_settings(settings, format, 160, 2)
    check_settings(replace(settings, size=336), format, 160, 2)


@pytest.mark.parametrize(
    ("frames", "got"),
    [
        ([], "got none"),
        (np.zeros((5, 28, 28)), r"got \(28, 28\) float64"),
        (np.zeros((5, 28, 30), np.uint8), r"got \(28, 30\) uint8"),
        (np.zeros((5, 1, 28, 28), np.uint8), r"got \(1, 28, 28\) uint8"),
        (np.zeros((5, 28, 196), np.uint8), r"got \(28, 196\) uint8"),
        (
            [np.zeros((28, 28), np.uint8), np.zeros((28, 56), np.uint8)],
            r"got \(28, 28\) uint8, \(28, 56\) uint8",
        ),
    ],
)
def test_frames_of_another_kind_are_said_so(frames: Frames, got: str) -> None:
    with pytest.raises(ValueError, match=rf"frames must be uint8 arrays .* {got}; give levels"):
        encode_media(frames, MediaSettings(), "gif")
