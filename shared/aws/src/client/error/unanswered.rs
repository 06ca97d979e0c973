//! What is said of a call that AWS did not answer, or whose answer cannot be read: never the raw answer, and no Rust type.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::SdkError;
use rootwarden_domain::text::line::one_line;

/// A cause inside an error, and how it is told.
type Told = (fn(&str) -> bool, &'static str);

/// What is said where the SDK finds nothing to sign with.
pub(super) const NO_CREDENTIALS: &str = "there are no credentials to sign the call with";

/// What the SDK's HTTP client, the resolver and the TLS stack write, and the plain words for it. The first that fits counts.
///
/// Why texts: the types are private to the SDK, or of crates that only it uses. A text that changes ends in the general words.
const CAUSES: [Told; 5] = [
    (|text| text.contains("dns error") || text.contains("failed to lookup address"), "the DNS name was not found"),
    (
        |text| ["certificate", "fatal alert", "corrupt message", "handshake"].iter().any(|word| text.contains(word)),
        "no TLS connection: the other side is not who it should be, or does not speak TLS",
    ),
    (|text| text.contains("credential"), NO_CREDENTIALS),
    (|text| text.contains("connection closed before message completed"), "connection closed before the answer came"),
    (|text| text.contains("invalid HTTP") || text.contains("invalid status"), "what answered does not speak HTTP"),
];

/// Completes "cannot …: ".
pub(super) fn words<E, R>(error: &SdkError<E, R>, status: Option<u16>) -> String
where
    E: Error + 'static,
    R: std::fmt::Debug,
{
    let general = || match (error, status) {
        (_, Some(status @ 300..)) => format!("HTTP status {status}, and nothing that says why"),
        (_, Some(status)) => format!("the answer cannot be read, HTTP status {status}"),
        (SdkError::ConstructionFailure(_), _) => "the request cannot be made".to_owned(),
        (SdkError::TimeoutError(_), _) => "timed out".to_owned(),
        (SdkError::DispatchFailure(failure), _) if failure.is_timeout() => "timed out".to_owned(),
        (SdkError::DispatchFailure(_), _) => "the connection broke".to_owned(),
        _ => "no answer that can be read".to_owned(),
    };
    match error {
        // Why not the error's own words: they show what was answered, which may be a page, or a secret.
        SdkError::ServiceError(_) => general(),
        _ => cause(error).unwrap_or_else(general),
    }
}

/// Whether an answer broke off on its way.
pub(super) fn is_broken_off<E, R>(error: &SdkError<E, R>) -> bool
where
    E: Error + 'static,
    R: std::fmt::Debug,
{
    matches!(error, SdkError::ResponseError(_)) && cause(error).is_some()
}

fn source_of<'a>(error: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    (**error).source()
}

/// The first cause in the chain that there are words for.
fn cause<E, R>(error: &SdkError<E, R>) -> Option<String>
where
    E: Error + 'static,
    R: std::fmt::Debug,
{
    let chain = || std::iter::successors(error.source(), source_of);
    let texts: Vec<String> = chain().map(|error| one_line(&error.to_string())).collect();
    let known =
        CAUSES.iter().find(|(fits, _)| texts.iter().any(|text| fits(text))).map(|(_, words)| (*words).to_owned());
    let known = known.map(|words| match words.as_str() {
        NO_CREDENTIALS => said_by_provider(chain()).map_or(words, |said| format!("{NO_CREDENTIALS}: {said}")),
        _ => words,
    });
    known
        .or_else(|| texts.iter().find_map(|text| timed_out(text)))
        .or_else(|| chain().filter_map(|error| error.downcast_ref()).find_map(broken))
}

/// What the source of credentials says of its failure; nothing where there is no source.
fn said_by_provider<'a>(mut chain: impl Iterator<Item = &'a (dyn Error + 'static)>) -> Option<String> {
    let provider = chain.find_map(|error| error.downcast_ref::<CredentialsError>())?;
    if matches!(provider, CredentialsError::CredentialsNotLoaded(_)) {
        return None;
    }
    let texts = std::iter::successors(provider.source(), source_of).map(|error| one_line(&error.to_string()));
    let mut said: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.starts_with("an error occurred while loading credentials")) {
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
    }
    (!said.is_empty()).then(|| one_line(&said.join(": ")))
}

/// `operation timeout (all attempts including retries) occurred after 30s`.
fn timed_out(text: &str) -> Option<String> {
    let (what, after) = text.split_once(" occurred after ").filter(|(what, _)| what.contains("timeout"))?;
    let unit = after.find(|letter: char| letter.is_alphabetic())?;
    let (number, unit) = after.split_at_checked(unit)?;
    let step = if what.contains("connect") { " while connecting" } else { "" };
    Some(format!("timed out after {number} {unit}{step}"))
}

fn broken(error: &std::io::Error) -> Option<String> {
    use std::io::ErrorKind;
    let words = match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => "connection reset",
        ErrorKind::UnexpectedEof => "connection closed before the answer came",
        ErrorKind::TimedOut => "timed out",
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown => {
            "the network is not reachable"
        }
        _ => return None,
    };
    Some(words.to_owned())
}

#[cfg(test)]
mod tests;
