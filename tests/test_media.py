"""Frames as a file: what is written is read back."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import replace

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from vaegmm.data.datasets import load_dataset
from vaegmm.latents import to_pixels
from vaegmm.media import FORMATS, Format, MediaSettings, check_settings, encode_media
from vaegmm.model import VAEGMM
from vaegmm.operations.morph import morph

Frames = NDArray[np.uint8]
SMALL = MediaSettings(size=56)
MOVING: tuple[Format, ...] = ("gif", "webp", "mp4", "avi")


@pytest.fixture(scope="module")
def fade() -> Frames:
    """60 frames from a 3 to an 8 of the sample."""
    return fade_between(3, 8)


def fade_between(start: int, end: int, n_frames: int = 60) -> Frames:
    sample = load_dataset("sample", train=False)
    a, b = (sample.images[sample.labels == label][0].numpy() for label in (start, end))
    share = np.linspace(0, 1, n_frames)[:, None, None]
    return np.round((1 - share) * a + share * b).astype(np.uint8)


def read_pictures(content: bytes) -> tuple[list[Frames], list[int]]:
    """Return what a GIF or WebP shows, (H, W, 3) each, and each one's milliseconds."""
    pictures, durations = [], []
    with Image.open(io.BytesIO(content)) as image:
        for index in range(image.n_frames):
            image.seek(index)
            pictures.append(np.asarray(image.convert("RGB")))
            durations.append(image.info["duration"])
    return pictures, durations


def read_video(content: bytes) -> list[Frames]:
    with av.open(io.BytesIO(content)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def read(content: bytes, format: Format) -> list[Frames]:
    return read_video(content) if format in ("mp4", "avi") else read_pictures(content)[0]


def enlarge(frame: Frames, size: int) -> Frames:
    width = frame.shape[1] * size // 28
    return np.asarray(Image.fromarray(frame).resize((width, size), Image.Resampling.BICUBIC))


def leave_out_faint(levels: Frames) -> NDArray[np.float64]:
    """Return levels as a GIF has them: the first tenth is paper, the last one ink."""
    return np.asarray(np.clip((levels - 25.5) / 204, 0, 1) * 255)


def difference(picture: Frames, levels: Frames) -> float:
    """Return the mean difference of a picture (H, W, 3) and white levels on black (H, W)."""
    return float(np.abs(picture.astype(float) - levels[..., None]).mean())


# Time


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


# Pictures


@pytest.mark.parametrize("n_places", [1, 2, 5, 6])
@pytest.mark.parametrize("format", MOVING)
def test_pictures_have_the_size_asked_for(format: Format, n_places: int, fade: Frames) -> None:
    wide = np.tile(fade[:2], (1, 1, n_places))
    for size in (28, 84):
        pictures = read(encode_media(wide, replace(SMALL, fps=2, size=size), format), format)
        assert {picture.shape for picture in pictures} == {(size, size * n_places, 3)}


@pytest.mark.parametrize(("format", "most"), [("gif", 8), ("webp", 2), ("mp4", 2), ("avi", 2)])
def test_every_picture_is_close_to_its_frame(format: Format, most: float, fade: Frames) -> None:
    settings = MediaSettings(size=140, returns=False)
    pictures = read(encode_media(fade, settings, format), format)
    moving = pictures[14:-14] if format in ("mp4", "avi") else pictures
    for picture, frame in zip(moving, fade, strict=True):
        assert difference(picture, enlarge(frame, 140)) < most


def test_a_gif_is_off_by_half_a_level_at_most(fade: Frames) -> None:
    pictures, _ = read_pictures(encode_media(fade, replace(SMALL, returns=False), "gif"))
    for picture, frame in zip(pictures, fade, strict=True):
        expected = leave_out_faint(enlarge(frame, 56))
        np.testing.assert_allclose(picture[..., 0], expected, atol=14)


@pytest.mark.parametrize("format", FORMATS)
def test_paper_and_ink_have_their_colours_and_what_is_between_is_mixed(format: Format) -> None:
    frame = np.repeat(np.array([0, 128, 255], np.uint8), (9, 10, 9))[None].repeat(28, axis=0)
    settings = replace(SMALL, fps=2, ink="#F0a020", paper="#102080")
    content = encode_media([frame, frame], settings, format)
    picture = (
        np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
        if format == "png"
        else read(content, format)[0]
    )
    ink, paper = np.array([0xF0, 0xA0, 0x20]), np.array([0x10, 0x20, 0x80])
    tolerance = {"png": 3, "gif": 14}.get(format, 10)
    for column, colour in ((4, paper), (28, (ink + paper) / 2), (51, ink)):
        np.testing.assert_allclose(picture[28, column], colour, atol=tolerance)


@pytest.mark.parametrize("format", MOVING)
def test_strokes_are_enlarged_smoothly(format: Format) -> None:
    frame = np.zeros((28, 28), np.uint8)
    frame[:, 12:16] = 255
    settings = MediaSettings(size=280, fps=2)
    row = read(encode_media([frame, frame], settings, format), format)[0][140, :, 0]
    assert len(np.unique(row[110:130] // 16)) > 5  # nearest neighbours would give two
    assert row[140] > 245
    assert row[:90].max() < 10


# The strip


@hypothesis_settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_strip_gives_back_exactly_its_frames(data: st.DataObject) -> None:
    n_frames, n_places = data.draw(st.integers(2, 30)), data.draw(st.integers(1, 6))
    scale = data.draw(st.integers(1, 4))
    tile = data.draw(arrays(np.uint8, (2, 28, 28)))
    frames = np.tile(tile, (n_frames, 1, n_places))[:n_frames]
    frames[:, 0, 0] = np.arange(n_frames)  # no two are the same
    settings = MediaSettings(size=28 * scale)
    for colour in ("#ffffff", "#ff8000"):
        content = encode_media(frames, replace(settings, ink=colour), "png")
        strip = np.asarray(Image.open(io.BytesIO(content)))  # levels, of grey or of a palette
        assert np.array_equal(strip[::scale, ::scale].repeat(scale, 0).repeat(scale, 1), strip)
        cells = cut_strip(strip[::scale, ::scale], n_places)
        assert np.array_equal(cells[:n_frames], frames)
        assert not cells[n_frames:].any()
        assert len(cells) - n_frames < 12 // n_places


def cut_strip(strip: Frames, n_places: int) -> Frames:
    """Return the cells (n, 28, 28 P) of a strip of size 28, row by row."""
    rows = strip.reshape(-1, 28, strip.shape[1] // (28 * n_places), 28 * n_places)
    return rows.swapaxes(1, 2).reshape(-1, 28, 28 * n_places)


@pytest.mark.parametrize(
    ("n_frames", "n_places", "columns", "rows"),
    [(2, 1, 2, 1), (12, 1, 12, 1), (13, 1, 12, 2), (60, 1, 12, 5), (7, 2, 6, 2), (3, 5, 2, 2)],
)
def test_a_strip_has_rows_of_at_most_12_digits(
    n_frames: int, n_places: int, columns: int, rows: int
) -> None:
    frames = np.zeros((n_frames, 28, 28 * n_places), np.uint8)
    with Image.open(io.BytesIO(encode_media(frames, SMALL, "png"))) as image:
        assert image.size == (columns * n_places * 56, rows * 56)


# Bytes


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


# Errors


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
