"""The list of retired names finds them in code and strings, and leaves prose alone."""

from lint.retired_words import retired_words


def test_a_retired_name_is_found_where_a_program_reads_it() -> None:
    rust = '//! The News of the day.\nuse crate::News; // News\nfn f() { held_back("left_out"); /* Ask */ }\n'
    assert list(retired_words("x.rs", rust)) == [(2, "News"), (3, "held_back"), (3, "left_out")]
    python = '"""Takes its time."""\n# Ask\nTakes = {"left_out": "Ask a person"}\n'
    assert list(retired_words("x.py", python)) == [(3, "Takes"), (3, "left_out")]
    assert list(retired_words("x.json", '{\n "States": {"HowItEnds": {}}}')) == [(2, "HowItEnds")]


def test_longer_names_are_other_names() -> None:
    assert not list(retired_words("x.rs", "let newspaper = NewsPaper::new(asked, held_back_until);\n"))


def test_a_plain_value_of_yaml_is_prose_and_a_key_is_not() -> None:
    yaml = "Description: Takes what people ask for\nHowItEnds: x\nName: HowItEnds\nVariables:\n  ROOTWARDEN_TAKES: x\n"
    found = [(2, "HowItEnds"), (3, "HowItEnds"), (5, "ROOTWARDEN_TAKES")]
    assert list(retired_words("x.yaml", yaml)) == found
