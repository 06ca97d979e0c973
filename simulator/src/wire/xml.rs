//! XML that is written, never read.

use quick_xml::escape::escape;

/// An element that holds text.
pub(crate) fn text(name: &str, value: impl AsRef<str>) -> String {
    format!("<{name}>{}</{name}>", escape(value.as_ref()))
}

/// An element that holds elements.
pub(crate) fn element(name: &str, children: impl AsRef<str>) -> String {
    format!("<{name}>{}</{name}>", children.as_ref())
}

/// An element that holds one `member` for each entry.
pub(crate) fn members(name: &str, entries: impl IntoIterator<Item = String>) -> String {
    let members: String = entries.into_iter().map(|entry| element("member", entry)).collect();
    element(name, members)
}
