//! A command for a shell, to be copied as one line.

use maud::{Markup, html};

/// Where it does not fit into a line it is broken between words, and not within an option.
pub(super) fn shell(command: Option<&str>) -> Markup {
    html! {
        @if let Some(command) = command {
            pre tabindex="0" { code {
                @for (position, word) in command.split(' ').enumerate() {
                    @if position > 0 { " " }
                    @if word.starts_with("--") { span .option { (word) } } @else { (word) }
                }
            } }
        }
    }
}
