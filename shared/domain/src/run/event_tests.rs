use super::*;
use serde_json::json;

const ACCOUNT: &str = "444455556666";

fn envelope<'a>(source: &'a str, detail: &'a Value) -> Envelope<'a> {
    Envelope { id: "envelope-id", source, detail_type: DETAIL_TYPES[1], account: "111122223333", detail }
}

fn organizations(name: &str, rest: Value) -> Value {
    let mut detail = json!({"eventSource": "organizations.amazonaws.com", "eventName": name, "eventID": "event-id"});
    detail.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    detail
}

fn change(name: &str, rest: Value) -> Result<AccountChange, String> {
    AccountEvent::parse(envelope("aws.organizations", &organizations(name, rest)))
        .map(|event| event.change)
        .map_err(|error| error.to_string())
}

fn joined() -> AccountChange {
    AccountChange::Joined(Newcomer::Account(ACCOUNT.parse().unwrap()))
}

#[test]
fn reads_every_sample_event_of_the_repository() {
    let request = || Newcomer::CreateAccountRequest("car-3fbd74c0f2fa11ed8b6e0a41b5dcf48f".parse().unwrap());
    let account = || Newcomer::Account(ACCOUNT.parse().unwrap());
    let samples = [
        (include_str!("../../../../events/create-account.json"), AccountChange::Joined(request())),
        (include_str!("../../../../events/create-account-result.json"), AccountChange::Joined(account())),
        (
            include_str!("../../../../events/create-account-result-failed.json"),
            AccountChange::NotCreated { reason: "EMAIL_ALREADY_EXISTS".into() },
        ),
        (include_str!("../../../../events/account-joined-organization.json"), AccountChange::Joined(account())),
        (
            include_str!("../../../../events/control-tower-create-managed-account.json"),
            AccountChange::Joined(account()),
        ),
        (
            include_str!("../../../../events/control-tower-update-managed-account.json"),
            AccountChange::Joined(account()),
        ),
    ];
    for (sample, expected) in samples {
        let sample: Value = serde_json::from_str(sample).unwrap();
        let part = |pointer| text(&sample, pointer).unwrap();
        let event = AccountEvent::parse(Envelope {
            id: part("/id"),
            source: part("/source"),
            detail_type: part("/detail-type"),
            account: part("/account"),
            detail: &sample["detail"],
        })
        .unwrap();
        assert_eq!(event.change, expected, "{}", event.name);
        assert_eq!(event.delivered_in.to_string(), "111122223333");
    }
}

#[test]
fn refuses_other_events_by_their_name() {
    let error = change("CloseAccountResult", json!({})).unwrap_err();
    assert_eq!(error, "invalid event: `CloseAccountResult`: not an event about a new account");
    let nameless = AccountEvent::parse(envelope("aws.s3", &json!({}))).unwrap_err();
    assert_eq!(nameless.to_string(), "invalid event: `detail.eventName` is missing (from `aws.s3`)");
}

#[test]
fn refuses_an_event_from_the_wrong_source() {
    let detail = organizations("CreateAccountResult", json!({}));
    for source in ["aws.controltower", "custom.app", "organizations.amazonaws.com"] {
        assert!(AccountEvent::parse(envelope(source, &detail)).is_err(), "{source}");
    }
    let mut forged = detail;
    forged["eventSource"] = json!("signin.amazonaws.com");
    assert!(AccountEvent::parse(envelope("aws.organizations", &forged)).is_err());
}

#[test]
fn refuses_a_result_that_says_neither_yes_nor_no() {
    for state in [json!("IN_PROGRESS"), json!(null), json!(1)] {
        let details = json!({"serviceEventDetails": {"createAccountStatus": {"state": state, "accountId": ACCOUNT}}});
        assert!(change("CreateAccountResult", details).is_err());
    }
}

#[test]
fn refuses_an_eleven_digit_account() {
    let details =
        json!({"serviceEventDetails": {"createAccountStatus": {"state": "SUCCEEDED", "accountId": "44445555666"}}});
    let error = change("CreateAccountResult", details).unwrap_err();
    assert!(error.contains("`44445555666` is not an account id (12 digits)"), "{error}");
}

#[test]
fn a_refused_call_creates_nothing() {
    let details = json!({"errorCode": "AccessDenied", "responseElements": null});
    assert!(matches!(change("CreateAccount", details).unwrap(), AccountChange::NotCreated { .. }));
}

#[test]
fn finds_the_account_that_joined_wherever_it_stands() {
    for details in [
        json!({"accountId": ACCOUNT, "joinedMethod": "Created"}),
        json!({"AccountID": ACCOUNT, "organizationId": "o-aaaaaaaaaa"}),
        json!({"joinedAccountId": ACCOUNT, "managementAccountId": "111122223333"}),
        json!({"account": {"id": ACCOUNT}}),
        json!({"account": ACCOUNT}),
        json!({"joinedAccount": [{"accountId": ACCOUNT, "joinedMethod": "INVITED"}]}),
    ] {
        assert_eq!(
            change("AccountJoinedOrganization", json!({"serviceEventDetails": details})),
            Ok(joined()),
            "{details}"
        );
    }
}

#[test]
fn refuses_to_guess_which_account_joined() {
    for details in
        [json!({}), json!({"accountId": ACCOUNT, "otherAccountId": "222222222222"}), json!({"name": ACCOUNT})]
    {
        assert!(change("AccountJoinedOrganization", json!({"serviceEventDetails": details})).is_err(), "{details}");
    }
}

#[test]
fn takes_cloudtrails_id_and_falls_back_to_the_envelopes() {
    let mut detail = organizations("CreateAccount", json!({"errorCode": "x"}));
    let id = |detail: &Value| AccountEvent::parse(envelope("aws.organizations", detail)).unwrap().id;
    assert_eq!(id(&detail), "event-id");
    detail.as_object_mut().unwrap().remove("eventID");
    assert_eq!(id(&detail), "envelope-id");
}

fn id_without_any(detail: &Value) -> String {
    let mut envelope = envelope("aws.organizations", detail);
    envelope.id = "";
    AccountEvent::parse(envelope).unwrap().id
}

#[test]
fn an_event_without_any_id_is_named_by_its_content_so_that_two_of_them_are_two() {
    let event = |time: &str, id: Value| {
        json!({
            "eventSource": "organizations.amazonaws.com", "eventName": "AccountJoinedOrganization", "eventTime": time, "eventID": id,
            "serviceEventDetails": {"joinedMethod": "INVITED", "accountId": ACCOUNT},
        })
    };
    let first = id_without_any(&event("2026-11-22T02:00:00Z", Value::Null));
    assert_eq!(first.len(), "content-".len() + 32);
    let same = r#"{"serviceEventDetails": {"accountId": "444455556666", "joinedMethod": "INVITED"}, "eventID": null,
        "eventTime": "2026-11-22T02:00:00Z", "eventName": "AccountJoinedOrganization", "eventSource": "organizations.amazonaws.com"}"#;
    assert_eq!(id_without_any(&serde_json::from_str(same).unwrap()), first, "a second delivery, in another order");
    assert_ne!(id_without_any(&event("2026-11-22T02:00:01Z", Value::Null)), first, "the account left and came back");
    assert_ne!(id_without_any(&event("2026-11-22T02:00:00Z", json!(" "))), " ", "blank is none");
    assert_eq!(id_without_any(&event("2026-11-22T02:00:00Z", json!("an-id"))), "an-id");
}
