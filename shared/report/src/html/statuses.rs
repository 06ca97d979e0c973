//! How many accounts ended in each status, and what each means.

use maud::{Markup, html};

use crate::{
    document::{Document, StatusName},
    text::number,
};

pub(super) fn statuses(document: &Document<'_>) -> Markup {
    html! {
        section .keep aria-labelledby="statuses" {
            h2 #statuses { "All accounts by status" }
            dl .statuses {
                @for status in StatusName::ALL.into_iter().filter(|status| document.counts.of(*status) > 0) {
                    div {
                        dt { span .status .(status.name()) { (status.words()) } }
                        dd .count { (number(document.counts.of(status) as usize)) }
                        dd .meaning { (status.meaning()) }
                    }
                }
            }
            @let none: Vec<&str> =
                StatusName::ALL.into_iter().filter(|status| document.counts.of(*status) == 0).map(StatusName::words).collect();
            @if let [others @ .., last] = none.as_slice() {
                p .about { "No account is " (others.join(", ")) @if !others.is_empty() { " or " } (last) "." }
            }
        }
    }
}
