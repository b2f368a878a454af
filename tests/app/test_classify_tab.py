"""The Classify tab's handlers, without a browser."""

import io

import gradio as gr
import pytest
from PIL import Image

from app.controls import with_clear_errors
from app.tabs.classify import classify_file, make_examples, make_reader, read_drawing
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify


def test_a_blank_drawing_has_no_prediction(tiny_model: VAEGMM) -> None:
    assert read_drawing(tiny_model, Image.new("L", (112, 112))) == {"is_blank": True}


def test_a_drawing_is_answered_as_the_operation_says(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    digit = Image.fromarray(sample.images[0].numpy())
    assert read_drawing(tiny_model, digit)["label"] == classify(tiny_model, digit).label


def test_a_file_is_answered_with_the_summary(tiny_model: VAEGMM, sample: LabelledImages) -> None:
    digit = Image.fromarray(sample.images[0].numpy())
    buffer = io.BytesIO()
    digit.save(buffer, "PNG")
    expected = classify(tiny_model, digit).summary()
    assert classify_file({"a": tiny_model}, buffer.getvalue(), "a") == expected


@pytest.mark.parametrize("content", [None, b"", b"hello"])
def test_a_bad_file_is_a_message(tiny_model: VAEGMM, content: bytes | None) -> None:
    with pytest.raises(gr.Error, match="image"):
        classify_file({"a": tiny_model}, content, "a")


@pytest.mark.parametrize("reader", [None, "b"])
def test_a_reader_that_is_not_there_is_a_message(tiny_model: VAEGMM, reader: str | None) -> None:
    with pytest.raises(gr.Error, match="The digits must be one of a"):
        classify_file({"a": tiny_model}, b"x", reader)


def test_a_bug_is_not_dressed_up_as_a_message() -> None:
    @with_clear_errors
    def handler() -> None:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        handler()


def test_a_reader_offers_examples_of_its_own_labels(tiny_model: VAEGMM) -> None:
    reader = make_reader("a", tiny_model, load_dataset("sample", train=False))
    assert len(reader.examples) == 600
    assert {example.caption[-2] for example in reader.examples} == {"1", "4", "8"}


def test_digits_that_the_sample_does_not_show_have_no_examples(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    only_ones = sample.subset(sample.labels == 1)
    assert len(make_reader("a", tiny_model, only_ones).examples) == len(only_ones)
    assert make_reader("a", tiny_model, sample.subset(sample.labels > 9)).examples == ()


def test_every_example_says_its_label(sample: LabelledImages) -> None:
    examples = make_examples(sample)
    assert len(examples) == len(sample.labels)
    assert examples[0].caption == f"From MNIST's test images, labelled {int(sample.labels[0])}."
