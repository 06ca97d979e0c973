//! What people read when something fails: the texts in full, as the functions and the AWS crate write them.
//!
//! Every row makes its failure happen, on the simulated organization or with an answer that no service of AWS writes, and
//! none is put together here. What is expected is written out, so that a change of a text is seen as what people will read.

mod aws;
mod making;
mod network;
mod policies;
mod refusals;
mod unlock_requests;

/// A failure, as somebody reads it.
pub struct Told {
    /// What happened, for this table.
    pub what: &'static str,
    pub text: String,
    pub expected: &'static str,
    /// The account or the object.
    pub names: &'static str,
    /// A part of what says what to do.
    pub to_do: &'static str,
}

/// Words of Rust's and of machines', which say nothing to a person.
const NOT_FOR_PEOPLE: [&str; 13] =
    ["{", "}", "\n", "\r", "\t", "Unhandled", "unhandled", " source:", "Error(", "ErrorKind", "Some(", "None", "<html"];

impl Told {
    fn faults(&self) -> Vec<String> {
        let Self { what, text, expected, names, to_do } = self;
        let mut faults = Vec::new();
        if text != expected {
            faults.push(format!("{what}\n   is told as {text}\n     expected {expected}\n"));
        }
        for word in NOT_FOR_PEOPLE {
            if text.contains(word) {
                faults.push(format!("{what}: {word:?} in: {text}"));
            }
        }
        let is_lower_case = text.chars().next().is_some_and(|first| first.is_lowercase() || first == '`');
        if !is_lower_case || text.ends_with('.') || text.contains("  ") {
            faults.push(format!("{what}: not in the style of an error: {text}"));
        }
        if names.is_empty() || !text.contains(names) {
            faults.push(format!("{what}: does not name {names}: {text}"));
        }
        if to_do.is_empty() || !text.contains(to_do) {
            faults.push(format!("{what}: does not say {to_do}: {text}"));
        }
        if text.chars().count() > 1200 {
            faults.push(format!("{what}: longer than anybody reads: {text}"));
        }
        faults
    }
}

fn told(
    what: &'static str,
    text: impl Into<String>,
    names: &'static str,
    to_do: &'static str,
    expected: &'static str,
) -> Told {
    Told { what, text: without_digests(&text.into()), expected, names, to_do }
}

/// The text with `ID` and `SHA256` in the place of what is computed from everything else, and changes with any of it.
fn without_digests(text: &str) -> String {
    let is_of_word = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let mut shown = String::new();
    for part in text.split_inclusive(|character| !is_of_word(character)) {
        let word = part.trim_end_matches(|character| !is_of_word(character));
        let rest = part.get(word.len()..).unwrap_or_default();
        let id = ["unlock-20", "by-hand-20", "by-hand-all-20"]
            .into_iter()
            .find_map(|prefix| word.find(prefix).map(|at| at + prefix.len() - 2));
        match id {
            Some(id) => shown.extend([word.get(..id).unwrap_or_default(), "ID", rest]),
            None if word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                shown.extend(["SHA256", rest]);
            }
            None => shown.push_str(part),
        }
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn no_failure_is_told_without_its_object_its_cause_and_what_to_do() {
    let mut table = Vec::new();
    table.extend(aws::sessions().await);
    table.extend(aws::credentials().await);
    table.extend(aws::organization().await);
    table.extend(aws::own_bucket().await);
    table.extend(aws::executions().await);
    table.extend(policies::buckets().await);
    table.extend(policies::changes().await);
    table.extend(policies::queues().await);
    table.extend(network::broken().await);
    table.extend(network::answered_by_others().await);
    table.extend(refusals::input().await);
    table.extend(refusals::no_buckets().await);
    table.extend(refusals::other_urls().await);
    table.extend(refusals::objects().await);
    table.extend(unlock_requests::unlocks().await);
    table.extend(refusals::approvals().await);
    let faults: Vec<String> = table.iter().flat_map(Told::faults).collect();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), table.len(), faults.join("\n"));
    let mut texts: Vec<&str> = table.iter().map(|told| told.text.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert!(texts.len() >= 60, "{} different texts", texts.len());
}
