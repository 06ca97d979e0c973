"""Shows the main job on a simulated organization: `python -m demo`."""
