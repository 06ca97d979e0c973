use serde_json::{Value, json};

use super::*;
use crate::aws::organizational_unit::UnitPath;

const ID: &str = "111122223333";
const MANAGEMENT: &str = "999999999999";
const INSIDE: &str = "o-a/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/111122223333/";
const OUTSIDE: &str = "o-a/r-aaaa/ou-aaaa-33333333/111122223333/";

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

fn candidate() -> Candidate {
    Candidate { id: id(ID), name: "a".into(), joined_at: None }
}

fn account(state: Option<&str>, paths: &[&str]) -> OrganizationAccount {
    let paths: Vec<String> = paths.iter().map(|&path| path.to_owned()).collect();
    OrganizationAccount {
        candidate: candidate(),
        state: AccountState::read(id(ID), state),
        managed_by: None,
        path: UnitPath::of_account(id(ID), &paths),
    }
}

fn eligibility(request: &Value, found: Option<OrganizationAccount>) -> Eligibility {
    let request: Request = serde_json::from_value(request.clone()).unwrap();
    request.eligibility(id(MANAGEMENT), id(ID), found)
}

fn is_unknown(eligibility: &Eligibility) -> bool {
    matches!(eligibility, Eligibility::Unknown(unknown) if unknown.account == candidate()
        && unknown.failure.kind == ErrorKind::Defect && unknown.failure.message.contains(ID))
}

#[test]
fn i1_admits_active_members_only() {
    let found = |state| Some(account(Some(state), &[OUTSIDE]));
    let ineligible = |reason| Err(EligibilityError::Ineligible(reason));
    assert!(check_eligibility(id(MANAGEMENT), id(ID), found("ACTIVE")).is_ok());
    assert_eq!(check_eligibility(id(ID), id(ID), found("ACTIVE")), ineligible(Ineligible::ManagementAccount));
    assert_eq!(check_eligibility(id(MANAGEMENT), id(ID), None), ineligible(Ineligible::NotInOrganization));
    let mut of_itself = found("ACTIVE");
    of_itself.as_mut().unwrap().managed_by = Some(id(ID));
    let refused = check_eligibility(id(MANAGEMENT), id(ID), of_itself);
    assert_eq!(refused, ineligible(Ineligible::ManagementAccount), "whatever a step before said");
    for (name, state) in [
        ("PENDING_ACTIVATION", AccountState::PendingActivation),
        ("SUSPENDED", AccountState::Suspended),
        ("PENDING_CLOSURE", AccountState::PendingClosure),
        ("CLOSED", AccountState::Closed),
    ] {
        assert_eq!(check_eligibility(id(MANAGEMENT), id(ID), found(name)), ineligible(Ineligible::NotActive(state)));
    }
    for state in [None, Some("FROZEN"), Some("active"), Some("")] {
        let found = Some(account(state, &[OUTSIDE]));
        assert!(
            matches!(check_eligibility(id(MANAGEMENT), id(ID), found), Err(EligibilityError::Unknown(_))),
            "{state:?}"
        );
    }
}

#[test]
fn leaves_out_what_is_excluded_and_does_not_guess_what_it_cannot_place() {
    let unit = json!(["ou-aaaa-11111111"]);
    let by_unit = json!({"selection": {"organizational_units": unit}});
    let but_unit = json!({"selection": "all", "exclude": {"organizational_units": unit}});
    let but_account = json!({"selection": {"organizational_units": unit}, "exclude": {"accounts": [ID]}});
    let excluded = || Eligibility::Ineligible(Ineligible::Excluded);
    let active = |path: &str| Some(account(Some("ACTIVE"), &[path]));
    assert_eq!(
        eligibility(&json!({"selection": "all"}), Some(account(Some("ACTIVE"), &[]))),
        Eligibility::Eligible(candidate())
    );
    assert_eq!(eligibility(&by_unit, active(INSIDE)), Eligibility::Eligible(candidate()));
    assert_eq!(eligibility(&by_unit, active(OUTSIDE)), Eligibility::NotSelected);
    assert_eq!(eligibility(&but_unit, active(INSIDE)), excluded());
    assert_eq!(eligibility(&but_unit, active(OUTSIDE)), Eligibility::Eligible(candidate()));
    assert_eq!(eligibility(&but_account, active(INSIDE)), excluded());
    assert_eq!(eligibility(&but_account, active(OUTSIDE)), Eligibility::NotSelected);
    for request in [&by_unit, &but_unit] {
        for paths in
            [&[][..], &["o-a/r-aaaa/somewhere/"], &[INSIDE, OUTSIDE], &["o-a/r-aaaa/ou-aaaa-11111111/222222222222/"]]
        {
            let found = account(Some("ACTIVE"), paths);
            assert!(is_unknown(&eligibility(request, Some(found))), "{request} {paths:?}");
        }
    }
}

#[test]
fn what_was_read_leaves_an_account_out_whatever_else_cannot_be_read() {
    let but_unit = json!({"selection": "all", "exclude": {"organizational_units": ["ou-aaaa-11111111"]}});
    let excluded = Eligibility::Ineligible(Ineligible::Excluded);
    assert_eq!(eligibility(&but_unit, Some(account(None, &[INSIDE]))), excluded, "its place was read");
    let suspended = Eligibility::Ineligible(Ineligible::NotActive(AccountState::Suspended));
    assert_eq!(eligibility(&but_unit, Some(account(Some("SUSPENDED"), &[]))), suspended, "its state was read");
    let but_account =
        json!({"selection": "all", "exclude": {"accounts": [ID], "organizational_units": ["ou-aaaa-11111111"]}});
    assert_eq!(eligibility(&but_account, Some(account(None, &[]))), excluded, "it is excluded by its id");
    let mut management = account(None, &[]);
    management.managed_by = Some(id(ID));
    assert_eq!(eligibility(&but_unit, Some(management)), Eligibility::Ineligible(Ineligible::ManagementAccount));
    assert_eq!(eligibility(&but_account, None), Eligibility::Ineligible(Ineligible::NotInOrganization));
    assert!(is_unknown(&eligibility(&but_unit, Some(account(None, &[OUTSIDE])))));
}

#[test]
fn of_two_readings_the_one_that_keeps_an_account_from_being_touched_holds() {
    let all = json!({"selection": "all", "exclude": {"organizational_units": ["ou-aaaa-11111111"]}});
    let read = |state, path: &str| eligibility(&all, Some(account(state, &[path])));
    let active = || read(Some("ACTIVE"), OUTSIDE);
    let excluded = || read(Some("ACTIVE"), INSIDE);
    let unknown = || read(None, OUTSIDE);
    let suspended = || read(Some("SUSPENDED"), OUTSIDE);
    let closed = || read(Some("CLOSED"), OUTSIDE);
    for (one, other, both) in [
        (active(), active(), active()),
        (active(), excluded(), excluded()),
        (active(), unknown(), unknown()),
        (excluded(), unknown(), excluded()),
        (excluded(), suspended(), excluded()),
        (suspended(), unknown(), unknown()),
        (active(), Eligibility::NotSelected, active()),
        (excluded(), Eligibility::NotSelected, excluded()),
        (Eligibility::NotSelected, Eligibility::NotSelected, Eligibility::NotSelected),
    ] {
        assert_eq!(one.clone().and(other.clone()), both, "{one:?} {other:?}");
        assert_eq!(other.clone().and(one.clone()), both, "{other:?} {one:?}");
    }
    assert_eq!(suspended().and(closed()), closed(), "the fresher one");
    for contradiction in [active().and(suspended()), suspended().and(active())] {
        let Eligibility::Unknown(UnknownAccount { account, failure }) = contradiction else {
            panic!("{contradiction:?}")
        };
        assert_eq!((account, failure.kind), (candidate(), ErrorKind::Transient));
        assert!(failure.message.contains("SUSPENDED"), "{failure}");
    }
}
