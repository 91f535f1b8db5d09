"""`python -m cri.cli`: the same program without its installed script."""

import sys

from cri.cli import main

sys.exit(main())
