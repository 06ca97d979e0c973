//! How the report of a run is told: as JSON with a schema, as CSV, and as one HTML page.
//!
//! Pure and synchronous: it is given what a run said, what is remembered of the runs before it, and where accounts stand, and
//! gives texts. `publish-report` reads and writes.
//!
//! - [`document`]: what is told, once for all formats: the types of `report.json`
//! - [`status`]: the statuses by their names
//! - [`history`]: what is kept from run to run, to say what is new, gone and unchanged
//! - [`csv`]: the same, for a spreadsheet
//! - [`metrics`]: the same in numbers, for CloudWatch
//! - [`notice`]: the one message of a run, for people
//! - [`events`]: what other automation is told of a run
//! - [`schema`]: the JSON Schema of `report.json`, made from its types
//! - `text`: how names and texts from outside are shown

pub mod csv;
pub mod document;
pub mod events;
pub mod findings;
pub mod history;
pub mod html;
pub mod metrics;
pub mod notice;
pub mod schema;
pub mod status;
#[cfg(test)]
mod tests;
mod text;

pub use document::{Document, Subject};
pub use history::History;
