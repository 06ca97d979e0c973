use super::*;

const JANE: &str = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com";
const USER: &str = "arn:aws:iam::111122223333:user/jane";
const ID: &str = "AIDAIOSFODNN7EXAMPLE";
const OTHER_ID: &str = "AIDAQAAAAAAAMEZHRHAHY";

fn signed(arn: &str) -> Person {
    Person::signed(arn, Some(ID)).unwrap()
}

fn people(kinds: &str, roles: &[&str]) -> People {
    let roles = roles.iter().map(|role| role.parse().unwrap());
    People::new("111122223333".parse().unwrap(), kinds.parse().unwrap(), roles).unwrap()
}

#[test]
fn reads_who_signed() {
    for (arn, kind, name) in [
        (JANE, Kind::IdentityCenter, "jane@example.com"),
        ("arn:aws-us-gov:sts::111122223333:assumed-role/Operators/jane", Kind::Role, "jane"),
        // Names of permission sets have underscores too.
        (
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_My_Set_0123456789ABCDEF/jane",
            Kind::IdentityCenter,
            "jane",
        ),
        (USER, Kind::User, "jane"),
        ("arn:aws-cn:iam::111122223333:user/division_abc/sub:division/jane", Kind::User, "jane"),
        ("arn:aws:iam::111122223333:user/a#b/jane", Kind::User, "jane"),
    ] {
        let person: Person = arn.parse().unwrap();
        assert_eq!((person.kind, person.name(), person.to_string().as_str()), (kind, name, arn));
        assert_eq!(serde_json::to_string(&person).unwrap(), format!("\"{arn}\""));
    }
}

#[test]
fn an_iam_user_is_written_down_with_the_id_and_shown_without() {
    for arn in [USER, "arn:aws:iam::111122223333:user/a#b/jane"] {
        let person = signed(arn);
        assert_eq!(serde_json::to_string(&person).unwrap(), format!("\"{arn}#{ID}\""));
        assert_eq!(serde_json::from_str::<Person>(&serde_json::to_string(&person).unwrap()).unwrap(), person);
        assert_eq!(person.to_string(), arn);
    }
    assert_eq!(serde_json::to_string(&signed(JANE)).unwrap(), format!("\"{JANE}\""), "a session's id is the role's");
}

#[test]
fn a_user_without_an_id_is_nobody() {
    for id in [
        None,
        Some(""),
        Some("AIDA"),
        Some("AROAIOSFODNN7EXAMPLE"),
        Some("111122223333"),
        Some("AIDA IOSFODNN7EXAMPLE"),
    ] {
        assert_eq!(Person::signed(USER, id), Err(PersonError::NoUserId(USER.to_owned())), "{id:?}");
    }
    assert!(Person::signed(JANE, None).is_ok());
}

#[test]
fn a_root_user_and_a_federated_user_are_refused_with_their_reasons() {
    for arn in ["arn:aws:iam::111122223333:root", "arn:aws:sts::111122223333:assumed-root"] {
        assert_eq!(arn.parse::<Person>(), Err(PersonError::RootUser));
        assert_eq!(Person::signed(arn, Some("111122223333")), Err(PersonError::RootUser));
    }
    for arn in ["arn:aws:sts::111122223333:federated-user/joe", "arn:aws:sts::111122223333:federated-user/a/b"] {
        assert_eq!(arn.parse::<Person>(), Err(PersonError::FederatedUser));
        assert_eq!(Person::signed(arn, Some("111122223333:joe")), Err(PersonError::FederatedUser));
    }
}

#[test]
fn refuses_whatever_else_there_is() {
    for arn in [
        "",
        "jane",
        "#AIDAIOSFODNN7EXAMPLE",
        "arn:aws:iam::111122223333:role/Operators",
        "arn:aws:iam::111122223333:group/Operators",
        "arn:aws:iam::111122223333:user/",
        "arn:aws:iam::111122223333:user",
        "arn:aws:iam::11112222333:user/jane",
        "arn:aws:iam:us-east-1:111122223333:user/jane",
        "arn:aws:sts::111122223333:user/jane",
        "arn:aws:sts::111122223333:assumed-role/Operators",
        "arn:aws:sts::111122223333:assumed-role/Operators/",
        "arn:aws:sts::111122223333:assumed-role//jane",
        "arn:aws:sts::111122223333:assumed-role/Operators/jane/doe",
        "arn:awsome:iam::111122223333:user/jane",
        "arn:aws:iam::111122223333:user/jane doe",
        "arn:aws:iam::111122223333:user/jane\n",
        "arn:aws:iam::111122223333:user/jáne",
        "arn:aws:iam::111122223333:user/jane#",
        "arn:aws:iam::111122223333:user/jane#joe",
        "arn:aws:iam::111122223333:user/jane#AIDAIOSFODNN7EXAMPLE#AIDAIOSFODNN7EXAMPLE",
        "arn:aws:sts::111122223333:assumed-role/Operators/jane#AIDAIOSFODNN7EXAMPLE",
        "arn:aws:lambda:us-east-1:111122223333:function:jane",
    ] {
        let error = arn.parse::<Person>().unwrap_err();
        assert!(matches!(error, PersonError::Other(_)), "{arn}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn i12_equal_names_are_the_same_person_and_a_made_up_name_is_anybody() {
    let nameless = "arn:aws:sts::111122223333:assumed-role/Operators/botocore-session-1763776800";
    for (one, other, same) in [
        (JANE, JANE, true),
        (JANE, "arn:aws:sts::444455556666:assumed-role/ReadOnly/jane@example.com", true),
        (JANE, "arn:aws:sts::444455556666:assumed-role/ReadOnly/Jane@Example.com", true),
        (JANE, "arn:aws:iam::777788889999:user/people/JANE@example.com", true),
        (USER, "arn:aws:iam::111122223333:user/people/jane", true),
        (JANE, "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/joe@example.com", false),
        (USER, "arn:aws:iam::111122223333:user/joe", false),
        (USER, "arn:aws:iam::111122223333:user/jane2", false),
        (JANE, nameless, true),
        (nameless, "arn:aws:iam::111122223333:user/joe", true),
        // A user of Identity Center may be called like this; AWS sets the name of the session.
        (JANE, "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/0049891234567", false),
    ] {
        let (one, other): (Person, Person) = (one.parse().unwrap(), other.parse().unwrap());
        assert_eq!(one.is_same_person(&other), same, "{one} {other}");
        assert_eq!(other.is_same_person(&one), same, "{other} {one}");
    }
}

#[test]
fn i12_a_renamed_user_is_the_same_person_and_so_is_one_that_was_made_anew() {
    let before = signed(USER);
    let renamed = signed("arn:aws:iam::111122223333:user/people/joe");
    let made_anew = Person::signed("arn:aws:iam::111122223333:user/Jane", Some(OTHER_ID)).unwrap();
    let another = Person::signed("arn:aws:iam::111122223333:user/ann", Some(OTHER_ID)).unwrap();
    assert!(before.is_same_person(&renamed) && renamed.is_same_person(&before));
    assert!(before.is_same_person(&made_anew));
    assert!(!before.is_same_person(&another));
}

#[test]
fn a_name_that_a_tool_made_up_is_known_as_one() {
    for name in [
        "botocore-session-1763776800",
        "aws-sdk-js-1763776800000",
        "aws-go-sdk-1763776800000000000",
        "1763776800000000000",
        "GitHubActions",
        "CognitoIdentityCredentials",
        "AWSCodeBuild-2e0b6a0b-5b1a-4f5e-9b0a-0123456789ab",
        "i-0abcdef1234567890",
        "0123456789abcdef0123456789abcdef",
        "eks-prod-tool-7c9d-2e0b6a0b-5b1a-4f5e-9b0a-0123456789ab",
    ] {
        let arn = format!("arn:aws:sts::111122223333:assumed-role/Operators/{name}");
        assert!(arn.parse::<Person>().unwrap().has_made_up_name(), "{name}");
    }
    for name in ["jane@example.com", "jane", "i-am-jane", "jane.doe2", "fred", "ada-bea"] {
        let arn = format!("arn:aws:sts::111122223333:assumed-role/Operators/{name}");
        assert!(!arn.parse::<Person>().unwrap().has_made_up_name(), "{name}");
    }
}

#[test]
fn i12_only_the_kinds_and_roles_that_a_deployment_names_are_people() {
    let operators = "arn:aws:iam::111122223333:role/people/Operators";
    let operator = "arn:aws:sts::111122223333:assumed-role/Operators/jane";
    let permission_set =
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef";
    for (kinds, roles, [identity_center, user, role]) in [
        ("identity-center-and-iam-users", &[][..], [true, true, false]),
        ("identity-center-and-iam-users", &[operators][..], [true, true, true]),
        ("identity-center", &[][..], [true, false, false]),
        ("iam-users", &[][..], [false, true, false]),
        ("named-roles", &[operators][..], [false, false, true]),
        ("named-roles", &[][..], [false, false, false]),
        ("named-roles", &[permission_set][..], [true, false, false]),
        ("iam-users", &[permission_set][..], [true, true, false]),
        ("identity-center", &["arn:aws:iam::111122223333:role/Operator"][..], [true, false, false]),
    ] {
        let people = people(kinds, roles);
        for (arn, taken) in [(JANE, identity_center), (USER, user), (operator, role)] {
            let admitted = people.check(signed(arn));
            assert_eq!(admitted.is_ok(), taken, "{kinds} {roles:?} {arn}");
            if let Err(refused) = admitted {
                assert!(refused.to_string().contains(arn) && !refused.to_string().contains('\n'), "{refused}");
            }
        }
    }
}

#[test]
fn i12_nobody_of_another_account_is_a_person_here() {
    let people = people("identity-center-and-iam-users", &["arn:aws:iam::111122223333:role/Operators"]);
    for elsewhere in [JANE, USER, "arn:aws:sts::111122223333:assumed-role/Operators/jane"] {
        assert!(people.check(signed(elsewhere)).is_ok());
        let elsewhere = elsewhere.replace("111122223333", "444455556666");
        let refused = people.check(signed(&elsewhere)).unwrap_err();
        assert!(refused.to_string().contains("sign in to account 111122223333"), "{refused}");
    }
    let role = "arn:aws:iam::444455556666:role/Operators".parse().unwrap();
    assert!(People::new("111122223333".parse().unwrap(), PersonKinds::NamedRoles, [role]).is_err());
}

#[test]
fn i5_a_role_is_named_by_one_arn_and_a_kind_by_its_word() {
    for wrong in [
        "",
        "Operators",
        "*",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam::111122223333:role/people/Op?rators",
        "arn:aws:iam::*:role/Operators",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:user/jane",
        "arn:aws:sts::111122223333:assumed-role/Operators/jane",
        "arn:aws:iam::111122223333:role/Operators ",
    ] {
        assert!(wrong.parse::<PersonRole>().is_err(), "{wrong}");
    }
    assert_eq!(
        "everybody".parse::<PersonKinds>().unwrap_err().to_string(),
        "`everybody` is not `identity-center-and-iam-users`, `identity-center`, `iam-users` or `named-roles`"
    );
}
