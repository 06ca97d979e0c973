//! A policy as it was read, and who is locked out of it.

use super::LockOutKind;
use crate::policy::{Analysis, LockOut, PolicyDocument, PolicyError, PolicySubject, PolicyText, analyse};

/// The policy as it is now.
#[derive(Debug)]
pub struct CurrentPolicy<'a> {
    pub(super) subject: PolicySubject<'a>,
    pub(super) text: Option<&'a PolicyText>,
    /// None: there is no policy, or it cannot be modelled.
    pub(super) document: Option<PolicyDocument>,
    /// None: there is no policy.
    pub(super) analysis: Option<Analysis>,
}

impl<'a> CurrentPolicy<'a> {
    /// `text`: the policy of `subject`; none if there is none.
    #[must_use]
    pub fn of(text: Option<&'a PolicyText>, subject: PolicySubject<'a>) -> Self {
        let document = text.map(|text| PolicyDocument::parse(text.as_str()));
        let analysis = document.as_ref().map(|document| match document {
            Ok(document) => analyse(document, subject),
            Err(error) => not_modelled(error),
        });
        Self { subject, text, document: document.and_then(Result::ok), analysis }
    }

    /// Who is locked out of it, in one word.
    #[must_use]
    pub fn lock_out_kind(&self) -> LockOutKind {
        LockOutKind::of(self.analysis.as_ref())
    }

    pub(super) fn verdict(&self) -> Option<&LockOut> {
        self.analysis.as_ref().map(|analysis| &analysis.verdict)
    }
}

pub(super) fn not_modelled(error: &PolicyError) -> Analysis {
    Analysis { verdict: LockOut::NotModelled(error.to_string()), findings: Vec::new(), way_left: None }
}
