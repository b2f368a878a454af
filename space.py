"""Door to `app` for a Hugging Face Space, which runs one script: see docs/SPACE.md."""

import os
import sys

from app.__main__ import main

if __name__ == "__main__":
    # A Space says where to listen; another container may not, and is to be reached all the same.
    os.environ.setdefault("GRADIO_SERVER_NAME", "0.0.0.0")
    sys.exit(main())
