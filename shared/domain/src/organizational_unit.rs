//! Organizational units, and where an account stands among them.

use serde::{Deserialize, Serialize};

use crate::text::checked_text;

checked_text! {
    /// Source: AWS Organizations API Reference, `OrganizationalUnit.Id`: `ou-`, 4 to 32, `-`, 8 to 32 letters or digits.
    OrganizationalUnitId, expects "an organizational unit id (such as `ou-ab12-11111111`)",
    |value| {
        let is_text = |text: &str, length: std::ops::RangeInclusive<usize>| {
            length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        value
            .strip_prefix("ou-")
            .and_then(|rest| rest.split_once('-'))
            .is_some_and(|(root, unit)| is_text(root, 4..=32) && is_text(unit, 8..=32))
    }
}

/// The units above an account, the outermost first; empty directly under the root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPath(Vec<OrganizationalUnitId>);

impl UnitPath {
    /// Reads one of `Account.Paths`, such as `o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/`.
    ///
    /// `None` for anything that cannot be read whole: an account of which it is not known where it stands.
    #[must_use]
    pub fn read(path: &str) -> Option<Self> {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let (organization, root) = (parts.next()?, parts.next()?);
        if !organization.starts_with("o-") || !root.starts_with("r-") {
            return None;
        }
        parts.map(|part| part.parse().ok()).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether the account stands in one of `units`, however deep.
    #[must_use]
    pub fn is_in(&self, units: &[OrganizationalUnitId]) -> bool {
        self.0.iter().any(|unit| units.contains(unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_unit_above_an_account() {
        let path = UnitPath::read("o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/").unwrap();
        assert!(path.is_in(&["ou-aaaa-11111111".parse().unwrap()]), "nested");
        assert!(path.is_in(&["ou-aaaa-22222222".parse().unwrap()]));
        assert!(!path.is_in(&["ou-aaaa-33333333".parse().unwrap()]));
        assert_eq!(UnitPath::read("o-aaaaaaaaaa/r-aaaa/"), Some(UnitPath::default()));
    }

    #[test]
    fn does_not_guess_where_an_account_stands() {
        for wrong in ["", "r-aaaa/ou-aaaa-11111111/", "o-aaaaaaaaaa/r-aaaa/something/", "ou-aaaa-11111111"] {
            assert_eq!(UnitPath::read(wrong), None, "{wrong}");
        }
    }
}
