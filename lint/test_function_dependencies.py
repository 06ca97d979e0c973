"""The check of functions' dependencies sees what only people need."""

from lint.function_dependencies import found_in


def test_sees_crates_and_the_feature() -> None:
    tree = [
        "audit-accounts v0.1.0 (/r/functions/audit-accounts)",
        'rootwarden-aws feature "default"',
        "aws-config v1.13.0",
        'aws-config feature "sso"',
        "aws-sdk-sts v1.124.0",
    ]
    assert not list(found_in(tree))
    for line in ["aws-sdk-sso v1.119.0", "aws-sdk-signin v1.33.0 (*)", 'rootwarden-aws feature "profiles"', "clap v4"]:
        assert list(found_in([*tree, line])) == [line]
