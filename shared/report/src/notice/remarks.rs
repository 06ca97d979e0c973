//! What a run has to say beside its accounts: each by a key, by which the next run knows that it was said.

use crate::document::Document;

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) key: String,
    pub(crate) text: String,
}

impl Remark {
    fn new(key: String, text: String) -> Self {
        Self { key, text }
    }
}

/// Everything that the document says of the run itself and that a person should know.
pub(crate) fn remarks(document: &Document<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for open in &document.kept_open {
        let text = format!(
            "the recovery window of account {} is over, and it was not seen clean: {}",
            open.account, open.because
        );
        remarks.push(Remark::new(format!("kept open {}", open.account), text));
    }
    for account in document.not_in_organization {
        let text = format!("account {account} was asked for, and is not in the organization");
        remarks.push(Remark::new(format!("not in the organization {account}"), text));
    }
    for creation in &document.unfinished_creations {
        let text = format!("the creation of {creation} did not finish in time");
        remarks.push(Remark::new(format!("unfinished creation {creation}"), text));
    }
    // Nobody to look at is no problem where the run itself calls it none.
    if let (Some(why), false) = (&document.nobody_selected, document.settled) {
        remarks.push(Remark::new("nobody selected".to_owned(), format!("nobody was looked at: {why}")));
    }
    for line in &document.preflight {
        remarks.push(Remark::new(format!("preflight {}", line.text), line.text.to_owned()));
    }
    for missing in &document.missing {
        // Not why: it may name a request, and so be new every night.
        let text = format!("the report lacks {}: {}", missing.what, missing.why);
        remarks.push(Remark::new(format!("missing {}", missing.what), text));
    }
    remarks
}
