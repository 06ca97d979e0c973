//! What a run may do: only report, or delete as well.

use serde::{Deserialize, Serialize};

use crate::text::input::InputError;

/// `Report` looks and tells, `Enforce` deletes too. Ordered by strength.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    #[default]
    Report,
    Enforce,
}

impl Mode {
    /// The mode of a run: what it asks for, unless that is more than its deployment allows.
    ///
    /// # Errors
    /// Asking for more is refused, not silently weakened, so that nobody takes a report for a deletion.
    pub fn of_run(requested: Self, deployed: Self) -> Result<Self, InputError> {
        if requested > deployed {
            return Err(InputError::new(
                "request",
                "`mode`: this deployment is in report mode, and a run may only weaken it",
            ));
        }
        Ok(requested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i5_a_missing_mode_means_report() {
        assert_eq!(Mode::default(), Mode::Report);
    }

    #[test]
    fn a_run_may_weaken_the_mode_but_never_strengthen_it() {
        assert_eq!(Mode::of_run(Mode::Report, Mode::Enforce), Ok(Mode::Report));
        assert_eq!(Mode::of_run(Mode::Enforce, Mode::Enforce), Ok(Mode::Enforce));
        assert!(Mode::of_run(Mode::Enforce, Mode::Report).is_err());
    }
}
