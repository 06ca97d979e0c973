//! The verdict on a policy, and what each of its statements does to those who would manage it.

use super::{
    Analysis, Finding, PolicyDocument, PolicyOf, Verdict, describe,
    locking::{Denial, Scope},
    loss::Lost,
    statement::Statement,
    words::listed,
};

/// Says who can still manage the policy, as far as the policy decides it.
#[must_use]
pub fn analyse(document: &PolicyDocument, of: PolicyOf<'_>) -> Analysis {
    let statements = document.statements();
    let denials: Vec<(&Statement<'_>, Denial)> =
        statements.iter().filter_map(|statement| Some((statement, Denial::of(statement, of)?))).collect();
    let verdict = verdict(&denials, of);
    let findings = denials
        .iter()
        .filter_map(|(statement, denial)| {
            Some(Finding { statement: statement.name(), words: words(statement, denial, &verdict, of)? })
        })
        .collect();
    Analysis { verdict, findings }
}

fn verdict(denials: &[(&Statement<'_>, Denial)], of: PolicyOf<'_>) -> Verdict {
    let mut exceptions: Vec<String> = vec![];
    for way_out in of.ways_out() {
        let covering: Vec<&Denial> = denials
            .iter()
            .map(|(_, denial)| denial)
            .filter(|denial| denial.locks() && denial.covers.contains(way_out))
            .collect();
        if covering.is_empty() {
            return Verdict::Nobody;
        }
        if covering.iter().any(|denial| denial.scope == Scope::Everyone) {
            continue;
        }
        for denial in covering {
            let Scope::Except(left_out) = &denial.scope else { continue };
            for words in left_out {
                if !exceptions.contains(words) {
                    exceptions.push(words.clone());
                }
            }
        }
    }
    if exceptions.is_empty() { Verdict::Everyone } else { Verdict::EveryoneExcept(exceptions) }
}

/// Whether the policy leaves no way out to everybody.
pub(super) fn is_locked(document: &PolicyDocument, of: PolicyOf<'_>) -> bool {
    match analyse(document, of).verdict {
        Verdict::Everyone | Verdict::EveryoneExcept(_) => true,
        Verdict::Nobody | Verdict::NotModelled(_) => false,
    }
}

fn words(statement: &Statement<'_>, denial: &Denial, verdict: &Verdict, of: PolicyOf<'_>) -> Option<String> {
    let Denial { covers, scope } = denial;
    let who = match scope {
        Scope::Everyone => "everybody".to_owned(),
        Scope::Except(left_out) => format!("everybody except {}", listed(left_out, "and")),
        Scope::Nobody => return None,
    };
    if covers.is_empty() {
        let what = describe::what(statement, of);
        let mut known = of.known_actions().iter().chain(of.known_actions_inside());
        let denies_data = known.any(|action| Lost::of(action, statement, &[], of).is_some());
        return (*scope == Scope::Everyone && denies_data)
            .then(|| format!("{who} is denied {what}, but whoever IAM allows can change the policy"));
    }
    let mut words = format!("{who} is denied {} on {}", listed(covers, "and"), of.resource);
    if matches!(scope, Scope::Except(_)) {
        words.push_str("; whether any exception still exists cannot be read");
    }
    if *verdict == Verdict::Nobody {
        words.push_str("; that alone locks nobody out");
    }
    Some(words)
}
