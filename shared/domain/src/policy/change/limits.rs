//! How large a policy AWS takes.

use crate::{
    aws::resource::Resource,
    policy::language::{document::PolicyDocument, subject::PolicySubject},
};

/// Which limit of AWS a policy goes beyond, in one line; `None` if it keeps them.
///
/// Sources: Amazon S3 User Guide, "Bucket policies for Amazon S3" (20 KB); Amazon SQS Developer Guide, "Amazon SQS policy
/// quotas" (8,192 bytes, 20 statements).
#[must_use]
pub fn exceeded_limit(document: &PolicyDocument, subject: PolicySubject<'_>) -> Option<String> {
    let (bytes, statements) = (document.to_text().len(), document.json_statements().len());
    let (kind, most_bytes, most_statements) = match subject.resource {
        Resource::Bucket(_) => ("bucket", 20 * 1024, usize::MAX),
        Resource::Queue(_) => ("queue", 8 * 1024, 20),
    };
    if bytes > most_bytes {
        return Some(format!("the policy would have {bytes} bytes, and AWS takes {most_bytes} at most for a {kind}"));
    }
    (statements > most_statements).then(|| {
        format!("the policy would have {statements} statements, and AWS takes {most_statements} at most for a {kind}")
    })
}
