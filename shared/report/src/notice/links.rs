//! Where people read on about a run: in AWS's console, or by the command line.

use std::fmt::Write;

use rootwarden_domain::RunId;

/// Where to read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// The report, in AWS's console.
    pub report: String,
    /// The same for a shell.
    pub command: String,
    /// The run's execution, in AWS's console.
    pub execution: String,
}

/// Where a run and its report lie.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The console's host in this partition.
    pub console: &'a str,
    pub region: &'a str,
    pub bucket: &'a str,
    /// The folder of the run's report.
    pub folder: &'a str,
    /// The deployment's stack.
    pub stack: &'a str,
    /// The beginning of the ARNs of runs, up to their names.
    pub execution_arn_prefix: &'a str,
    pub run: &'a RunId,
}

/// The name of a stack that the command line looks for by itself.
const STACK: &str = "rootwarden";

impl Links {
    /// Source for the forms: the addresses that AWS's console itself shows for an object and for an execution.
    #[must_use]
    pub fn of(place: &Place<'_>) -> Self {
        let Place { console, region, bucket, folder, stack, execution_arn_prefix, run } = *place;
        let [in_region, bucket, folder] = [region, bucket, folder].map(encoded);
        let execution = encoded(&format!("{execution_arn_prefix}{run}"));
        let option = if stack == STACK { String::new() } else { format!(" --stack {stack}") };
        Self {
            report: format!("https://{console}/s3/object/{bucket}?region={in_region}&prefix={folder}/report.html"),
            command: format!("rootwarden report {run}{option}"),
            execution: format!("https://{console}/states/home?region={in_region}#/v2/executions/details/{execution}"),
        }
    }
}

/// A part of an address: whatever could end or change it is percent-encoded.
///
/// Source: RFC 3986, section 2.3 (unreserved characters); `/` and `:` may stand in a query and in a fragment (sections 3.4 and 3.5).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Into a string, which takes everything.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
