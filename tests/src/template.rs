//! What the roles of `template.yaml` may read of the organization.

const TEMPLATE: &str = include_str!("../../template.yaml");

/// The actions of Organizations and IAM in the role of a function.
///
/// Why by its text: a template is YAML with tags of its own, and all that is looked for is names of actions.
pub(crate) fn organization_actions(function: &str) -> Vec<&'static str> {
    let start = format!("\n  {}Role:\n", logical_id(function));
    let role = TEMPLATE.split_once(&start).map_or("", |(_, rest)| rest);
    let lines = role.lines().take_while(|line| line.is_empty() || line.starts_with("   "));
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == ':';
    let words = lines.flat_map(move |line| line.split(move |character| !is_part(character)));
    words.filter(|word| word.starts_with("organizations:") || word.starts_with("iam:")).collect()
}

/// `select-accounts` → `SelectAccounts`
fn logical_id(function: &str) -> String {
    let capitalized =
        |word: &str| word.get(..1).map(str::to_uppercase).unwrap_or_default() + word.get(1..).unwrap_or("");
    function.split('-').map(capitalized).collect()
}

#[cfg(test)]
mod tests {
    use super::organization_actions;

    #[test]
    fn a_role_reads_what_the_template_says() {
        assert_eq!(
            organization_actions("delete-credentials"),
            ["organizations:DescribeAccount", "organizations:ListTagsForResource"]
        );
        assert!(organization_actions("select-accounts").contains(&"iam:ListOrganizationsFeatures"));
        assert_eq!(organization_actions("audit-accounts"), Vec::<&str>::new());
    }
}
