//! The resources of a statement, where they do not say for certain what they take in.

use super::{pattern, statement::Listed};

/// So many parts an ARN has.
const PARTS: usize = 6;

/// Whether a resource says by itself what it takes in.
pub(in crate::policy) fn is_certain(resource: &str) -> bool {
    !pattern::has_variable(resource) && !is_incomplete(resource)
}

/// A pattern that everything is of which a resource may take in.
pub(in crate::policy) fn widest(resource: &str) -> String {
    let widest = pattern::widest(resource);
    if is_incomplete(resource) { format!("{widest}*") } else { widest }
}

/// What to say of a resource that is not certain.
pub(in crate::policy) fn why_uncertain(resource: &str) -> &'static str {
    if is_incomplete(resource) {
        "an incomplete ARN stands among them, which AWS may complete with `*`"
    } else {
        "a policy variable stands among them, and what it stands for is known only when somebody asks"
    }
}

/// An ARN with fewer parts than one has. AWS completes it with wildcards; that is documented for identity-based policies
/// alone, so here it may be.
///
/// Source: AWS IAM User Guide, "IAM JSON policy elements: Resource", "Using wildcards".
fn is_incomplete(resource: &str) -> bool {
    // A last wildcard of its own reaches across colons.
    resource.starts_with("arn:") && resource.split(':').count() < PARTS && !resource.ends_with('*')
}

/// Whether `Resource` or `NotResource` takes in an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Names {
    Yes,
    No,
    /// What decides cannot be read, and why.
    Perhaps(&'static str),
}

/// Source: AWS IAM User Guide, "IAM JSON policy elements: Resource" (case counts).
pub(in crate::policy) fn names(resources: &Listed<&str>, arn: &str) -> Names {
    let is_named = resources.values().iter().any(|one| is_certain(one) && pattern::matches(one, arn));
    let perhaps = resources.values().iter().find(|one| pattern::matches(&widest(one), arn));
    match (resources, is_named, perhaps) {
        (Listed::In(_), true, _) | (Listed::NotIn(_), false, None) => Names::Yes,
        (Listed::In(_), false, None) | (Listed::NotIn(_), true, _) => Names::No,
        (Listed::In(_) | Listed::NotIn(_), false, Some(one)) => Names::Perhaps(why_uncertain(one)),
    }
}
