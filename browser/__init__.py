"""The report's page in a real browser: Debian's Chromium, driven by Playwright, and judged by axe-core."""
