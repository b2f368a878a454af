"""Train the judge: five small classifiers of MNIST's digits, one after the other.

    python -m scripts.train_judge --data-dir FOLDER

writes weights/judge and prints how good each member is on test images, and how much of
Fashion-MNIST their disagreement rejects. A quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from vaegmm.config import AugmentationConfig
from vaegmm.data.augment import augment
from vaegmm.data.datasets import LabelledImages, load_dataset, shuffle
from vaegmm.evaluation.judge import JUDGE, LIMIT, Judge, Member
from vaegmm.latents import to_pixels
from vaegmm.runtime import autocast, keep_freed_memory, resolve_precision

CHANGES = AugmentationConfig(rotation=12, scale=0.12, shear=10, shift=2, elastic=1.0, thickness=0.3)
EPOCHS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 12, 128, 3e-3, 1e-4


def fit_member(data: LabelledImages, seed: int, epochs: int = EPOCHS) -> Member:
    """Fit one classifier to labelled images; the same seed gives the same one."""
    torch.manual_seed(seed)
    member = Member().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(
        member.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True
    )
    steps = epochs * -(-len(data) // BATCH)
    scheduler = OneCycleLR(optimizer, LEARNING_RATE, steps)
    generator = torch.Generator().manual_seed(seed)
    cpu = torch.device("cpu")
    precision = resolve_precision("auto", cpu)
    member.train()
    for epoch in tqdm(range(epochs), desc=f"member {seed}", unit="epoch", disable=None):
        for index in shuffle(len(data), seed, epoch, cpu).split(BATCH):
            x = augment(to_pixels(data.images[index]), CHANGES, generator)
            with autocast(cpu, precision):
                logits = member(x.to(memory_format=torch.channels_last)).float()
            loss = F.cross_entropy(logits, data.labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
    return member.to(memory_format=torch.contiguous_format).eval()


def main() -> None:
    """Train, save, and say how good it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", help="folder that holds MNIST and FashionMNIST")
    parser.add_argument("--output-dir", type=Path, default=JUDGE)
    arguments = parser.parse_args()
    keep_freed_memory()
    train, test = (load_dataset("mnist", part, (), arguments.data_dir) for part in (True, False))
    fashion = load_dataset("fashion-mnist", False, (), arguments.data_dir)
    judge = Judge()
    for seed in range(len(judge.members)):
        judge.members[seed] = fit_member(train, seed)
        answers = judge.eval().log_probabilities(judge.features(test.images))[seed].argmax(1)
        print(f"member {seed}: {(answers == test.labels).double().mean():.2%}", flush=True)
    of_digits, of_others = judge.judge(test.images), judge.judge(fashion.images)
    accuracy = (of_digits.probabilities.argmax(1) == test.labels).double().mean().item()
    rejected, kept_out = (
        (opinion.disagreement > LIMIT).double().mean().item() for opinion in (of_others, of_digits)
    )
    judge.save_pretrained(
        arguments.output_dir,
        {
            "trained_on": "60,000 training images of mnist",
            "epochs": EPOCHS,
            "seeds": list(range(len(judge.members))),
            "test_accuracy": accuracy,
        },
    )
    print(f"together: {accuracy:.2%}")
    print(f"disagreement above {LIMIT}: {rejected:.1%} of Fashion-MNIST, {kept_out:.2%} of digits")


if __name__ == "__main__":
    main()
