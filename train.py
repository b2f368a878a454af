"""Door to `vaegmm.cli.train`: python train.py --help."""

from vaegmm.cli.train import main

if __name__ == "__main__":
    raise SystemExit(main())
