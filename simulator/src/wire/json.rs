//! What AWS's JSON protocols have in common.

use jiff::Timestamp;
use serde_json::Value;

/// A time as AWS's JSON protocols have it: seconds, with a fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit")]
pub(crate) fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// AWS leaves a field without a value out.
pub(crate) fn without_nulls(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, field| !field.is_null());
    }
    value
}
