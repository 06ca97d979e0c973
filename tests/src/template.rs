//! What the roles of `template.yaml` may, of what the simulator decides by their statements.

const TEMPLATE: &str = include_str!("../../template.yaml");
const SIMULATED: [&str; 5] = ["organizations:", "iam:", "cloudtrail:", "lambda:GetAccountSettings", "securityhub:"];

/// The actions in the role of a function that the simulator serves, but for root sessions.
///
/// Why by its text: a template is YAML with tags of its own, and all that is looked for is names of actions.
pub(crate) fn simulated_actions(function: &str) -> Vec<&'static str> {
    let start = format!("\n  {}Role:\n", logical_id(function));
    let role = TEMPLATE.split_once(&start).map_or("", |(_, rest)| rest);
    let lines = role.lines().take_while(|line| line.is_empty() || line.starts_with("   "));
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == ':';
    let words = lines.flat_map(move |line| line.split(move |character| !is_part(character)));
    words.filter(|word| SIMULATED.iter().any(|prefix| word.starts_with(prefix))).collect()
}

/// `select-accounts` → `SelectAccounts`
fn logical_id(function: &str) -> String {
    let capitalized =
        |word: &str| word.get(..1).map(str::to_uppercase).unwrap_or_default() + word.get(1..).unwrap_or("");
    function.split('-').map(capitalized).collect()
}

#[cfg(test)]
mod tests {
    use super::simulated_actions;

    #[test]
    fn a_role_reads_what_the_template_says() {
        assert_eq!(
            simulated_actions("delete-credentials"),
            ["organizations:DescribeAccount", "organizations:ListTagsForResource"]
        );
        assert!(simulated_actions("select-accounts").contains(&"iam:ListOrganizationsFeatures"));
        assert_eq!(simulated_actions("audit-accounts"), Vec::<&str>::new());
    }
}
