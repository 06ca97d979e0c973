//! Organizational units, and where an account stands among them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, ErrorKind, Failure,
    text::{checked_text, input::ValueError, line::one_line},
};

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
    /// Reads `Account.Paths` of an account. An account has one place, although the field is a list.
    ///
    /// # Errors
    /// None, several, and one that cannot be read whole: it is not known where the account stands.
    pub fn of_account(account: AccountId, paths: &[String]) -> Result<Self, Failure> {
        let unplaced = |why: String| {
            let message = format!("cannot tell where account `{account}` stands: Organizations names {why}");
            Failure::new(ErrorKind::Defect, message)
        };
        match paths {
            [] => Err(unplaced("no path of it".to_owned())),
            [path] => Self::read(account, path)
                .map_err(|error| unplaced(one_line(&format!("a path of it that cannot be read: {error}")))),
            [_, _, ..] => Err(unplaced(format!("{} paths of it", paths.len()))),
        }
    }

    /// Reads one path, such as `o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/111122223333/`. The account's id at its
    /// end may be missing; another one there, and anything else that is not expected, makes it unreadable.
    ///
    /// Source: `DescribeAccount` of September 2026, `o-r1e3db1vbq/r-wfup/ou-wfup-7taopy61/376834080797/`. The service model's
    /// shape `Path` takes several ids, and examples in AWS's documentation have another account's; neither was seen.
    fn read(account: AccountId, path: &str) -> Result<Self, ValueError> {
        let refused = || ValueError::new(path, "a path from the root to the account");
        let mut parts = path.strip_suffix('/').unwrap_or(path).split('/').peekable();
        let (organization, root) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if !organization.starts_with("o-") || !root.starts_with("r-") {
            return Err(refused());
        }
        let mut units = Vec::new();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() && part.parse() == Ok(account) {
                break;
            }
            units.push(part.parse().map_err(|_| refused())?);
        }
        Ok(Self(units))
    }

    /// The unit that the account stands in directly; none directly under the root.
    #[must_use]
    pub fn innermost(&self) -> Option<&OrganizationalUnitId> {
        self.0.last()
    }

    /// Whether the account stands in one of `units`, however deep.
    #[must_use]
    pub fn is_in(&self, units: &[OrganizationalUnitId]) -> bool {
        self.0.iter().any(|unit| units.contains(unit))
    }
}

/// What units are called, as far as that was read. It is kept from run to run: for people, and nothing goes by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitNames(BTreeMap<OrganizationalUnitId, UnitName>);

/// What a unit is called, and when that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitName {
    pub name: String,
    pub read_at: Timestamp,
}

impl UnitNames {
    /// Where they lie in the bucket.
    pub const KEY: &str = "state/unit-names.json";

    #[must_use]
    pub fn get(&self, unit: &OrganizationalUnitId) -> Option<&UnitName> {
        self.0.get(unit)
    }

    pub fn insert(&mut self, unit: OrganizationalUnitId, name: UnitName) {
        self.0.insert(unit, name);
    }

    /// Which of these are to be read, `most` at most: those without a name first, then those of which it was read before `stale`.
    #[must_use]
    pub fn to_read<'a>(
        &self,
        units: impl IntoIterator<Item = &'a OrganizationalUnitId>,
        stale: Timestamp,
        most: usize,
    ) -> Vec<&'a OrganizationalUnitId> {
        let mut due: Vec<_> = units
            .into_iter()
            .map(|unit| (self.get(unit).map(|name| name.read_at), unit))
            .filter(|(read_at, _)| read_at.is_none_or(|at| at < stale))
            .collect();
        due.sort();
        due.dedup();
        due.into_iter().map(|(_, unit)| unit).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_unit_above_an_account() {
        for path in [
            "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/111122223333/",
            "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/",
        ] {
            let path = read(&[path]).unwrap();
            assert!(path.is_in(&["ou-aaaa-11111111".parse().unwrap()]), "nested");
            assert!(path.is_in(&["ou-aaaa-22222222".parse().unwrap()]));
            assert!(!path.is_in(&["ou-aaaa-33333333".parse().unwrap()]));
        }
        for path in ["o-aaaaaaaaaa/r-aaaa/111122223333/", "o-aaaaaaaaaa/r-aaaa/"] {
            assert_eq!(read(&[path]), Ok(UnitPath::default()));
        }
    }

    /// AWS's own answers and documentation, with ids replaced.
    #[test]
    fn reads_the_paths_that_were_seen() {
        for (account, path) in [
            // `DescribeAccount`, September and August 2026.
            ("376834080797", "o-r1e3db1vbq/r-wfup/ou-wfup-7taopy61/376834080797/"),
            ("444455556666", "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/444455556666/"),
        ] {
            let path = UnitPath::of_account(account.parse().unwrap(), &[path.to_owned()]);
            assert_eq!(path.unwrap().0.len(), 1);
        }
    }

    #[test]
    fn does_not_guess_where_an_account_stands() {
        for wrong in [
            "",
            "/",
            "r-aaaa/ou-aaaa-11111111/",
            "o-aaaaaaaaaa/r-aaaa/something/",
            "ou-aaaa-11111111",
            "o-aaaaaaaaaa//r-aaaa/",
            "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111//",
            "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/999999999999/",
            "o-aaaaaaaaaa/r-aaaa/999999999999/111122223333/",
            "o-aaaaaaaaaa/r-aaaa/111122223333/111122223333/",
            "o-aaaaaaaaaa/r-aaaa/111122223333/ou-aaaa-11111111/",
            "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111\n/",
        ] {
            let failure = read(&[wrong]).unwrap_err();
            assert!(failure.message.contains("111122223333") && !failure.message.contains('\n'), "{failure}");
        }
        let path = "o-aaaaaaaaaa/r-aaaa/111122223333/";
        assert!(read(&[]).unwrap_err().message.contains("no path"));
        assert!(read(&[path, path]).unwrap_err().message.contains("2 paths"));
    }

    #[test]
    fn names_that_are_missing_are_read_before_old_ones_and_fresh_ones_not_at_all() {
        let unit = |number: u32| format!("ou-aaaa-{number:08}").parse::<OrganizationalUnitId>().unwrap();
        let units: Vec<_> = (1..=5).map(unit).collect();
        let mut names = UnitNames::default();
        for (number, read_at) in [(1, "2026-11-01T00:00:00Z"), (2, "2026-09-01T00:00:00Z"), (3, "2026-08-01T00:00:00Z")]
        {
            names.insert(unit(number), UnitName { name: "name".to_owned(), read_at: read_at.parse().unwrap() });
        }
        let stale = "2026-10-01T00:00:00Z".parse().unwrap();
        assert_eq!(names.to_read(units.iter().chain(&units), stale, 9), [&units[3], &units[4], &units[2], &units[1]]);
        assert_eq!(names.to_read(&units, stale, 1), [&units[3]]);
    }

    fn read(paths: &[&str]) -> Result<UnitPath, Failure> {
        let paths: Vec<String> = paths.iter().map(|&path| path.to_owned()).collect();
        UnitPath::of_account("111122223333".parse().unwrap(), &paths)
    }
}
