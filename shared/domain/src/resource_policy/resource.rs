//! The resources of a statement, where they do not say for certain what they take in.

use super::pattern;

/// So many parts an ARN has.
const PARTS: usize = 6;

/// Whether a resource says by itself what it takes in.
pub(super) fn is_certain(resource: &str) -> bool {
    !pattern::has_variable(resource) && !is_incomplete(resource)
}

/// A pattern that everything is of which a resource may take in.
pub(super) fn widest(resource: &str) -> String {
    let widest = pattern::widest(resource);
    if is_incomplete(resource) { format!("{widest}*") } else { widest }
}

/// What to say of a resource that is not certain.
pub(super) fn why_uncertain(resource: &str) -> &'static str {
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
