"""Deploys the project's own template to an emulator on this machine: for the demo, bench/ and end-to-end/."""
