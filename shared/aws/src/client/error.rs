//! One error for every failed call: what was tried, what AWS answered, what that means, and what a person can do.

mod kind;
mod said;
mod to_do;
mod unanswered;

use std::{error::Error, fmt};

use aws_smithy_runtime_api::{client::result::SdkError, http::Response};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::{SignedDuration, Timestamp};
use rootwarden_domain::{Candidate, ErrorKind, Failure, aws::failure::DeniedBy, text::line::one_line};

/// A call to AWS that failed. In words: `cannot <what>: <why> (<to do>); <note>`, on one line.
#[derive(Debug, thiserror::Error)]
pub struct AwsError {
    what: Box<str>,
    why: String,
    advice: Box<Advice>,
    kind: ErrorKind,
    code: Option<Box<str>>,
    request_id: Option<Box<str>>,
    denied_by: Option<DeniedBy>,
    // Why not the SDK error itself: it keeps the raw answer, and the answer of AssumeRoot holds secrets.
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What follows the cause.
#[derive(Debug)]
struct Advice {
    to_do: Option<&'static str>,
    note: Option<String>,
}

impl fmt::Display for AwsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, why, advice, .. } = self;
        let Advice { to_do, note } = advice.as_ref();
        write!(formatter, "cannot {what}: {why}")?;
        if let Some(to_do) = to_do {
            write!(formatter, " ({to_do})")?;
        }
        if let Some(note) = note {
            write!(formatter, "; {note}")?;
        }
        Ok(())
    }
}

impl AwsError {
    /// Classifies a failed call. `what` completes "cannot …" and names the account or object.
    pub(crate) fn new<E>(what: impl Into<String>, error: SdkError<E, Response>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let code = error.code().map(one_line).filter(|code| !code.is_empty());
        let response = error.raw_response();
        let status = response.map(|response| response.status().as_u16());
        let message = error.message().and_then(said::message);
        // S3 names the part of a policy that it does not take beside its message.
        let detail = response.and_then(|response| detail(response.body().bytes()?));
        let message = match (message, detail) {
            (Some(message), Some(detail)) if !message.contains(&detail) => {
                Some(one_line(&format!("{message}: {detail}")))
            }
            (message, _) => message,
        };
        let ids = ["x-amzn-requestid", "x-amz-request-id"];
        let request_id =
            response.and_then(|response| ids.iter().find_map(|name| response.headers().get(*name))).map(one_line);
        let kind = match (&error, code.as_deref()) {
            (_, Some(code)) => kind::classify(code, message.as_deref().unwrap_or_default(), status),
            (SdkError::ConstructionFailure(_), None) => ErrorKind::Defect,
            (SdkError::TimeoutError(_) | SdkError::DispatchFailure(_), None) => ErrorKind::Transient,
            (_, None) if unanswered::is_broken_off(&error) => ErrorKind::Transient,
            (_, None) => kind::classify_status(status),
        };
        let why = match (&code, message, status) {
            (Some(code), Some(message), _) => said::joined(code, &message),
            (Some(code), None, Some(status)) => format!("{code}, HTTP status {status}, without a message"),
            (Some(code), None, None) => code.clone(),
            (None, Some(message), Some(status)) => format!("HTTP status {status}: {message}"),
            (None, _, _) => unanswered::words(&error, status),
        };
        let to_do = match &code {
            Some(code) => to_do::about_answer(kind, code, &why),
            None => to_do::about_silence(kind),
        };
        // Who signs in how, whoever asks knows.
        let to_do = (!why.starts_with(unanswered::NO_CREDENTIALS)).then_some(to_do);
        let advice = Box::new(Advice { to_do, note: None });
        let (code, request_id) = (code.map(Into::into), request_id.map(Into::into));
        let denied_by = to_do::denied_by(kind, &why);
        let source = error.into_source().ok();
        Self { what: what.into().into(), why, advice, kind, code, request_id, denied_by, source }
    }

    /// The same failure for a body that broke off in the middle, of which the SDK has no error of its own.
    pub(crate) fn cut_off(what: impl Into<String>) -> Self {
        let kind = ErrorKind::Transient;
        let mut error = Self::of_kind(kind, what, "the connection broke in the middle of the answer");
        error.advice.to_do = Some(to_do::about_silence(kind));
        error
    }

    /// A refusal of our own, or an answer that cannot be right. `why` says what to do, but for a defect.
    pub(crate) fn of_kind(kind: ErrorKind, what: impl Into<String>, why: impl ToString) -> Self {
        let to_do = (kind == ErrorKind::Defect).then(|| to_do::general(kind));
        let (what, why) = (what.into().into(), one_line(&why.to_string()));
        let advice = Box::new(Advice { to_do, note: None });
        Self { what, why, advice, kind, code: None, request_id: None, denied_by: None, source: None }
    }

    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The same failure, with something that the person who must act should know.
    #[must_use]
    pub fn with_note(mut self, note: &str) -> Self {
        let before = self.advice.note.take();
        self.advice.note = Some(before.map_or_else(|| note.to_owned(), |before| format!("{before}; {note}")));
        self
    }

    /// Whether what the call was signed with is at fault: there is nothing to sign with, or AWS does not take it (any more).
    ///
    /// Source: common errors of AWS's query and JSON protocols (AWS STS API Reference, "Common Errors").
    #[must_use]
    pub fn is_about_credentials(&self) -> bool {
        let codes = [
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "InvalidAccessKeyId",
            "InvalidToken",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
        ];
        self.code().map_or(self.why.starts_with(unanswered::NO_CREDENTIALS), |code| codes.contains(&code))
    }

    /// Whether AWS answered nothing at all.
    #[must_use]
    pub fn is_without_answer(&self) -> bool {
        self.code.is_none() && self.kind == ErrorKind::Transient
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The same failure without what AWS wrote about it, for a call whose input is a secret.
    #[must_use]
    pub(crate) fn without_text(self) -> Self {
        let why = self.code().unwrap_or("no answer that can be read").to_owned();
        Self { why, source: None, ..self }
    }

    /// The same failure, seen in the light of the account's age.
    ///
    /// Why: for up to an hour, a refusal may only mean that AWS does not know the new account everywhere yet. It is
    /// the same text as for a missing permission, so only the time of joining tells them apart.
    #[must_use]
    pub fn in_account(mut self, account: &Candidate, now: Timestamp) -> Self {
        let is_new = account.joined_at.is_some_and(|joined| now.duration_since(joined) < SignedDuration::from_hours(1));
        if self.kind == ErrorKind::Denied && is_new {
            self.kind = ErrorKind::NotYetVisible;
            self.advice.to_do = Some(to_do::NEW_ACCOUNT);
        }
        self
    }
}

impl From<AwsError> for Failure {
    fn from(error: AwsError) -> Self {
        let message = error.to_string();
        let AwsError { kind, code, request_id, denied_by, what: _, why: _, advice: _, source: _ } = error;
        Self { kind, message, code: code.map(Into::into), request_id: request_id.map(Into::into), denied_by }
    }
}

/// The `<Detail>` of an error of S3, without its quotes.
///
/// Source: reports of `PutBucketPolicy` with a principal that is gone, e.g. `<Detail>"AWS" : "AIDA…"</Detail>`; unverified.
fn detail(body: &[u8]) -> Option<String> {
    let (_, rest) = std::str::from_utf8(body).ok()?.split_once("<Detail>")?;
    let (detail, _) = rest.split_once("</Detail>")?;
    let detail = one_line(&detail.replace("&quot;", "").replace('"', ""));
    (!detail.is_empty()).then_some(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_a_new_account_may_pass_and_in_an_old_one_not() {
        let now: Timestamp = "2026-11-22T02:00:00Z".parse().unwrap();
        let kind = |joined_at: Option<&str>| {
            let account = Candidate {
                id: "111122223333".parse().unwrap(),
                name: String::new(),
                joined_at: joined_at.map(|at| at.parse().unwrap()),
            };
            AwsError::of_kind(ErrorKind::Denied, "x", "y").in_account(&account, now).kind()
        };
        assert_eq!(kind(Some("2026-11-22T01:00:01Z")), ErrorKind::NotYetVisible);
        assert_eq!(kind(Some("2026-11-22T01:00:00Z")), ErrorKind::Denied);
        assert_eq!(kind(None), ErrorKind::Denied);
    }
}
