//! What a trail selects, as CloudTrail answers it.

use serde::Deserialize;

use super::trail::EventSelection;

/// Who sends the events that tell of new accounts.
const ORGANIZATIONS: &str = "organizations.amazonaws.com";

/// The answer of `GetEventSelectors`: a trail has selectors of one kind or the other.
///
/// Source: AWS CloudTrail API Reference, `GetEventSelectors`, `EventSelector` and `AdvancedFieldSelector`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventSelectors {
    #[serde(default)]
    event_selectors: Option<Vec<EventSelector>>,
    #[serde(default)]
    advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventSelector {
    #[serde(default)]
    read_write_type: Option<String>,
    #[serde(default)]
    include_management_events: Option<bool>,
    #[serde(default)]
    exclude_management_event_sources: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AdvancedEventSelector {
    #[serde(default)]
    field_selectors: Vec<FieldSelector>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FieldSelector {
    field: String,
    #[serde(default)]
    equals: Option<Vec<String>>,
    #[serde(default)]
    not_equals: Option<Vec<String>>,
}

impl EventSelectors {
    /// Which management events of Organizations the trail logs: the most that one of its selectors does.
    #[must_use]
    pub fn selection(&self) -> EventSelection {
        let simple = self.event_selectors.iter().flatten().map(EventSelector::selection);
        let advanced = self.advanced_event_selectors.iter().flatten().map(AdvancedEventSelector::selection);
        simple.chain(advanced).min().unwrap_or(EventSelection::NotThese)
    }
}

impl EventSelector {
    fn selection(&self) -> EventSelection {
        let leaves_out = self.exclude_management_event_sources.iter().flatten().any(|source| source == ORGANIZATIONS);
        if self.include_management_events == Some(false) || leaves_out {
            return EventSelection::NotThese;
        }
        match self.read_write_type.as_deref() {
            Some("ReadOnly") => EventSelection::ReadOnly,
            Some("WriteOnly") => EventSelection::WriteOnly,
            Some("All") | None => EventSelection::ReadAndWrite,
            Some(_) => EventSelection::SomeOfThem,
        }
    }
}

impl AdvancedEventSelector {
    fn selection(&self) -> EventSelection {
        let (mut is_management, mut selection) = (false, EventSelection::ReadAndWrite);
        for FieldSelector { field, equals, not_equals } in &self.field_selectors {
            let is = |value: &str| equals.iter().flatten().any(|one| one.eq_ignore_ascii_case(value));
            let is_not = |value: &str| not_equals.iter().flatten().any(|one| one.eq_ignore_ascii_case(value));
            let of_field = match field.as_str() {
                "eventCategory" => {
                    is_management |= is("Management");
                    EventSelection::ReadAndWrite
                }
                "readOnly" if is("true") => EventSelection::ReadOnly,
                "readOnly" if is("false") => EventSelection::WriteOnly,
                "eventSource" if is_not(ORGANIZATIONS) || (equals.is_some() && !is(ORGANIZATIONS)) => {
                    EventSelection::NotThese
                }
                "eventSource" => EventSelection::ReadAndWrite,
                _ => EventSelection::SomeOfThem,
            };
            selection = selection.max(of_field);
        }
        if is_management { selection } else { EventSelection::NotThese }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn selection(selectors: Value) -> EventSelection {
        serde_json::from_value::<EventSelectors>(selectors).unwrap().selection()
    }

    fn simple(kind: &str, management: bool) -> Value {
        json!({"ReadWriteType": kind, "IncludeManagementEvents": management, "DataResources": [], "ExcludeManagementEventSources": []})
    }

    #[test]
    fn simple_selectors_say_which_management_events_are_logged() {
        for (selectors, expected) in [
            (json!([simple("All", true)]), EventSelection::ReadAndWrite),
            (json!([simple("WriteOnly", true)]), EventSelection::WriteOnly),
            (json!([simple("ReadOnly", true)]), EventSelection::ReadOnly),
            (json!([simple("All", false)]), EventSelection::NotThese),
            (json!([simple("All", false), simple("WriteOnly", true)]), EventSelection::WriteOnly),
            (json!([]), EventSelection::NotThese),
        ] {
            assert_eq!(selection(json!({"EventSelectors": selectors})), expected, "{selectors}");
        }
    }

    /// Source: AWS CloudTrail User Guide, "Logging management events": the console's own advanced selectors.
    #[test]
    fn advanced_selectors_do_as_well() {
        let management = json!({"Field": "eventCategory", "Equals": ["Management"]});
        for (further, expected) in [
            (json!([]), EventSelection::ReadAndWrite),
            (json!([{"Field": "readOnly", "Equals": ["false"]}]), EventSelection::WriteOnly),
            (json!([{"Field": "readOnly", "Equals": ["true"]}]), EventSelection::ReadOnly),
            (
                json!([{"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]),
                EventSelection::ReadAndWrite,
            ),
            (json!([{"Field": "eventSource", "NotEquals": ["organizations.amazonaws.com"]}]), EventSelection::NotThese),
            (json!([{"Field": "eventSource", "Equals": ["iam.amazonaws.com"]}]), EventSelection::NotThese),
            (json!([{"Field": "eventName", "StartsWith": ["Create"]}]), EventSelection::SomeOfThem),
        ] {
            let mut fields = vec![management.clone()];
            fields.extend(further.as_array().unwrap().iter().cloned());
            let selectors = json!({"AdvancedEventSelectors": [{"Name": "x", "FieldSelectors": fields}]});
            assert_eq!(selection(selectors), expected, "{further}");
        }
        let data = json!([{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]);
        assert_eq!(selection(json!({"AdvancedEventSelectors": data})), EventSelection::NotThese);
    }
}
