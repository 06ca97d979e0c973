//! Buckets and queues that nobody's request may touch.

use crate::{
    aws::{partition::Partition, resource::Resource},
    policy::matches,
};

/// Patterns of names or ARNs, with `*` and `?`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProtectedResources(Vec<String>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pattern of bucket names, queue names or ARNs")]
pub struct PatternError(String);

impl ProtectedResources {
    /// Reads a comma separated list; `none` stands for none.
    ///
    /// # Errors
    /// A pattern that no name or ARN could match: it would protect nothing.
    pub fn parse(list: &str) -> Result<Self, PatternError> {
        let patterns = list.split(',').map(str::trim).filter(|pattern| !pattern.is_empty() && *pattern != "none");
        let is_pattern = |pattern: &str| {
            pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-_*?".contains(&byte))
                && (!pattern.contains(':') || pattern.starts_with("arn:") || pattern.starts_with('*'))
        };
        patterns
            .map(|pattern| {
                if is_pattern(pattern) {
                    Ok(pattern.to_owned())
                } else {
                    Err(PatternError(pattern.escape_default().to_string()))
                }
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The same, and one more bucket or queue by its name or ARN.
    #[must_use]
    pub fn and(mut self, name: impl Into<String>) -> Self {
        self.0.push(name.into());
        self
    }

    /// The pattern that protects `resource`, if one does.
    #[must_use]
    pub fn protecting(&self, resource: &Resource, partition: Partition) -> Option<&str> {
        let arn = resource.arn(partition);
        let name = match resource {
            Resource::Bucket(name) => name.as_str(),
            Resource::Queue(queue) => queue.name(),
        };
        let patterns = self.0.iter().map(String::as_str);
        patterns.into_iter().find(|pattern| matches(pattern, name) || matches(pattern, &arn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protects_by_name_and_by_arn() {
        let protected = ProtectedResources::parse("log-archive-*, arn:aws:sqs:*:111122223333:audit").unwrap();
        let bucket = |name: &str| Resource::bucket(name, Partition::Aws).unwrap();
        let queue = |arn: &str| Resource::Queue(arn.parse().unwrap());
        for (resource, pattern) in [
            (bucket("log-archive-eu"), Some("log-archive-*")),
            (bucket("arn:aws:s3:::log-archive-eu"), Some("log-archive-*")),
            (bucket("my-log-archive-eu"), None),
            (queue("arn:aws:sqs:eu-west-1:111122223333:audit"), Some("arn:aws:sqs:*:111122223333:audit")),
            (queue("arn:aws:sqs:eu-west-1:444455556666:audit"), None),
        ] {
            assert_eq!(protected.protecting(&resource, Partition::Aws), pattern, "{resource}");
        }
    }

    #[test]
    fn none_is_none_and_what_could_match_nothing_is_refused() {
        assert_eq!(ProtectedResources::parse("none").unwrap(), ProtectedResources::default());
        assert_eq!(ProtectedResources::parse("").unwrap(), ProtectedResources::default());
        for wrong in ["log archive", "s3:::logs", "logs\n"] {
            assert!(ProtectedResources::parse(&format!("a,{wrong}b")).is_err(), "{wrong}");
        }
    }
}
