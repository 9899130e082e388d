"""What every other package builds on: errors, numbers, globs, checksums, clocks. Standard library only."""
