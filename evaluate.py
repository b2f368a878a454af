"""Door to `vaegmm.cli.evaluate`: python evaluate.py --help."""

from vaegmm.cli.evaluate import main

if __name__ == "__main__":
    raise SystemExit(main())
