"""Door to `vaegmm.cli.evaluate`: python evaluate.py --help."""

from vaegmm.cli.stop import end_quietly

if __name__ == "__main__":
    end_quietly()

from vaegmm.cli.evaluate import main

if __name__ == "__main__":
    raise SystemExit(main())
