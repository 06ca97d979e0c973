//! Ids and names as their own types: a private string, checked once, at the edge.

/// Declares a checked string type with `FromStr`, `Display` and serde through both.
///
/// The check is a function from `&str` to `bool`; the refusal names the value and what was expected.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, expects $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::text::input::ValueError;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                let check: fn(&str) -> bool = $check;
                if check(value) {
                    Ok(Self(value.to_owned()))
                } else {
                    Err(crate::text::input::ValueError::new(value, $expected))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::text::input::ValueError;

            fn try_from(value: String) -> Result<Self, Self::Error> {
                value.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

pub(crate) use checked_text;

/// Printable ASCII without spaces, `length` characters at most: what AWS's ids and ARNs are made of.
pub(crate) fn is_plain(value: &str, longest: usize) -> bool {
    !value.is_empty() && value.len() <= longest && value.bytes().all(|byte| byte.is_ascii_graphic())
}
