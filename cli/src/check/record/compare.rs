//! Holds the answers of AWS against those of a simulated organization: their structure, and not what stands in it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, walk::structure};

/// What one of the two has and the other one has not, a line each.
pub(super) fn differences(recorded: &[Answer], simulated: &[Answer]) -> Vec<String> {
    let (recorded, simulated) = (by_answer(recorded), by_answer(simulated));
    let mut lines = Vec::new();
    let answers: BTreeSet<&(String, u16)> = recorded.keys().chain(simulated.keys()).collect();
    for answer @ (operation, status) in answers {
        let named = format!("{operation}, {status}");
        match (recorded.get(answer), simulated.get(answer)) {
            (Some(_), None) => lines.push(format!("{named}: the simulated organization did not answer so")),
            (None, Some(_)) => lines.push(format!("{named}: only the simulated organization answered so")),
            (Some(recorded), Some(simulated)) => {
                let only = |these: &BTreeSet<String>, those: &BTreeSet<String>, whose: &str| {
                    let only = these.difference(those).map(|path| format!("{named}: `{path}` is only in {whose}"));
                    only.collect::<Vec<_>>()
                };
                lines.extend(only(recorded, simulated, "what was recorded"));
                lines.extend(only(simulated, recorded, "the simulated organization's answer"));
            }
            (None, None) => {}
        }
    }
    lines
}

/// The structure of all answers of an operation with one status together: lists may be empty in one of them.
fn by_answer(answers: &[Answer]) -> BTreeMap<(String, u16), BTreeSet<String>> {
    let mut found: BTreeMap<(String, u16), BTreeSet<String>> = BTreeMap::new();
    for answer in answers {
        let parts = found.entry((answer.operation.clone(), answer.status)).or_default();
        parts.extend(structure(&answer.body));
        parts.extend(answer.headers.keys().map(|name| format!("header {name}")));
    }
    found
}
