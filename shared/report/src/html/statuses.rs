//! How many accounts ended in each status, and what each means.

use maud::{Markup, html};

use crate::{
    document::{Document, StatusName},
    text::number,
};

pub(super) fn statuses(document: &Document<'_>) -> Markup {
    html! {
        section aria-labelledby="statuses" {
            h2 #statuses { "All accounts by status" }
            dl .statuses {
                @for status in StatusName::ALL {
                    @let count = document.counts.of(status) as usize;
                    div .none[count == 0] {
                        dt { span .status .(status.name()) { (status.words()) } }
                        dd .count { (number(count)) }
                        dd .meaning { (status.meaning()) }
                    }
                }
            }
        }
    }
}
