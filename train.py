"""Door to `vaegmm.cli.train`: python train.py --help."""

from vaegmm.cli.stop import end_quietly

if __name__ == "__main__":
    end_quietly()

from vaegmm.cli.train import main

if __name__ == "__main__":
    raise SystemExit(main())
