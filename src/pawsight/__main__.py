"""`python -m pawsight` is `pawsight`."""

from pawsight.cli import main

main()
