"""Deploys the project's own template to an emulator on this machine: for the demo, the benchmarks and the end-to-end tests."""
