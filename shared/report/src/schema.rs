//! The JSON Schema of `report.json`, made from its types.

use crate::document::Document;

/// The schema, as it stands in `docs/report.schema.json`.
///
/// # Errors
/// It cannot be written as JSON.
pub fn schema() -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Document<'static>))?;
    text.push('\n');
    Ok(text)
}
