//! `delete --plan-out` and `apply`: exactly the plan that was shown.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
};

use rootwarden_domain::Sha256;
use rootwarden_simulator::{Member, World};
use serde_json::{Value, json};

use crate::support::{
    CALLER_KEY, EVERYTHING, KEYS, MANAGEMENT, Organization, Ran, screen::Screen, snapshot, steady, world,
};

/// A plan in `plan.json`, and its hash.
fn planned(world: World) -> (Organization, String) {
    let organization = Organization::new(world);
    let ran = organization.run(&["delete", "--plan-out", "plan.json", "--output", "json"]).ends_with(1);
    let hash = ran.json()["plan_sha256"].as_str().unwrap().to_owned();
    (organization, hash)
}

fn apply<'a>(hash: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["apply", "plan.json", "--confirm-accounts", "2", "--output", "json", "--plan-sha256", hash], more].concat()
}

#[test]
fn a_plan_is_written_and_nothing_is_deleted() {
    let organization = Organization::new(world());
    let before = organization.world();
    for (format, file) in [("table", "plan.txt"), ("json", "plan.json"), ("csv", "plan.csv")] {
        let path = organization.home.join(file);
        let ran = organization.run(&["delete", "--plan-out", file, "--output", format]).ends_with(1);
        let written: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let hash = written["plan_sha256"].as_str().unwrap();
        assert!(ran.err.contains(&format!("the plan is in `{file}`")), "{ran:#?}");
        assert_eq!(ran.out.contains(hash), format != "csv", "{ran:#?}");
        snapshot(file, &steady(&ran.out.replace(hash, "HASH")));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
    let (here, there) = (organization.calls().len(), fs::read(organization.home.join("plan.json")).unwrap());
    let ran = organization.run(&["delete", "--plan-out", "plan.json"]).ends_with(2);
    assert!(ran.err.contains("is there already"), "{ran:#?}");
    assert_eq!((organization.calls().len(), fs::read(organization.home.join("plan.json")).unwrap()), (here, there));
}

#[test]
fn exactly_the_plan_is_carried_out() {
    for (format, file) in [("table", "apply.txt"), ("json", "apply.json"), ("csv", "apply.csv")] {
        let (organization, hash) = planned(world());
        let command = ["apply", "plan.json", "--confirm-accounts", "2", "--plan-sha256", &hash, "--output", format];
        let ran = organization.run(&command).ends_with(0);
        snapshot(file, &steady(&ran.out));
        assert_eq!((organization.root(KEYS), organization.root(EVERYTHING)), (Value::Null, Value::Null));
    }
}

#[track_caller]
fn is_refused(organization: &Organization, arguments: &[&str], why: &str) {
    let before = organization.world();
    let ran = organization.run(arguments).ends_with(2);
    assert!(ran.err.contains(why) && ran.err.lines().count() == 1, "{why}: {ran:#?}");
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()), "{why}");
}

#[track_caller]
fn is_refused_without_a_call(organization: &Organization, arguments: &[&str], why: &str) {
    let calls = organization.calls().len();
    is_refused(organization, arguments, why);
    assert_eq!(organization.calls().len(), calls, "{why}");
}

#[test]
fn off_a_terminal_the_hash_has_to_be_named() {
    let (organization, _) = planned(world());
    is_refused_without_a_call(&organization, &["apply", "plan.json", "--confirm-accounts", "2"], "say --plan-sha256");
    is_refused_without_a_call(&organization, &["apply", "plan.json"], "say --confirm-accounts N");
    is_refused_without_a_call(&organization, &apply(&"0".repeat(64), &[]), "its hash is ");
}

#[test]
fn a_plan_in_which_one_byte_is_another_is_refused_without_a_call() {
    let (organization, hash) = planned(world());
    let path = organization.home.join("plan.json");
    let text = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("AKIAROOTKEY000000001", "AKIAROOTKEY000000009"),
        ("\"protect_keys_used_within_days\": 30", "\"protect_keys_used_within_days\": 0"),
        ("user/operator", "user/operatos"),
        ("\"name\": \"keys\"", "\"name\": \"keyz\""),
        ("{\n  ", "{\n "),
        ("\n}\n", "\n}"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        is_refused_without_a_call(&organization, &apply(&hash, &[]), "it was changed since it was written");
    }
    fs::write(&path, text.replacen("\"version\": 1,", "\"version\": 2,", 1)).unwrap();
    is_refused_without_a_call(&organization, &apply(&hash, &[]), "it is not of version 1");
    fs::write(&path, text.replacen("\"version\": 1,", "", 1)).unwrap();
    is_refused_without_a_call(&organization, &apply(&hash, &[]), "missing field `version`");
    fs::write(&path, text.replacen("\"version\": 1,", "\"version\": 1,\n  \"more\": 1,", 1)).unwrap();
    is_refused_without_a_call(&organization, &apply(&hash, &[]), "unknown field `more`");
}

/// The plan as it would be if it had been made so many seconds before, hash included.
fn made_before(organization: &Organization, seconds: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
    let at = json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    written_anew(organization, |file| file["plan"]["planned_at"] = at)
}

/// The plan with a change, as whoever can make a hash would write it.
fn written_anew(organization: &Organization, change: impl FnOnce(&mut Value)) -> String {
    let path = organization.home.join("plan.json");
    let mut file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut file);
    let hashed = json!([file["version"], file["origin"], file["protect_keys_used_within_days"], file["plan"]]);
    let hash = Sha256::of(hashed.to_string().as_bytes()).to_string();
    file["plan_sha256"] = json!(hash);
    fs::write(&path, serde_json::to_string_pretty(&file).unwrap() + "\n").unwrap();
    hash
}

type Change = fn(&mut Value);

/// The accounts of the plan's first batch.
fn first(file: &mut Value) -> &mut Vec<Value> {
    file["plan"]["batches"][0]["accounts"].as_array_mut().unwrap()
}

#[test]
fn a_plan_that_deletes_what_it_does_not_show_is_refused_without_a_call() {
    let (organization, _) = planned(world());
    let text = fs::read(organization.home.join("plan.json")).unwrap();
    let changes: [(Change, &str); 3] = [
        (
            |file| {
                let account = &mut first(file)[0];
                account["inventory"]["access_keys"] = json!([]);
            },
            "it deletes access key `AKIAROOTKEY000000001`, which was not found there",
        ),
        (
            |file| {
                let account = &mut first(file)[0];
                let credential = account["delete"][0].clone();
                account["protected"] = json!([{"credential": credential, "reason": "in use"}]);
            },
            ", which it protects",
        ),
        (
            |file| {
                let again = first(file)[0].clone();
                first(file).push(again);
            },
            "stands in it twice",
        ),
    ];
    for (change, why) in changes {
        fs::write(organization.home.join("plan.json"), &text).unwrap();
        let hash = written_anew(&organization, change);
        is_refused_without_a_call(&organization, &apply(&hash, &[]), why);
    }
}

#[test]
fn a_plan_that_somebody_else_may_have_written_is_refused_without_a_call() {
    let (organization, hash) = planned(world());
    let path = organization.home.join("plan.json");
    for mode in [0o620, 0o602] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        is_refused_without_a_call(&organization, &apply(&hash, &[]), "so that others may change it");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::rename(&path, organization.home.join("kept.json")).unwrap();
    std::os::unix::fs::symlink(organization.home.join("kept.json"), &path).unwrap();
    is_refused_without_a_call(&organization, &apply(&hash, &[]), "it is a symbolic link");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    is_refused_without_a_call(&organization, &apply(&hash, &[]), "it is no file");
    fs::remove_dir(&path).unwrap();
    fs::rename(organization.home.join("kept.json"), &path).unwrap();
    organization.run(&apply(&hash, &[])).ends_with(0);
    assert_eq!(organization.root(KEYS), Value::Null);
}

#[test]
fn a_key_in_use_is_left_alone_though_the_plan_was_made_without_that_rule() {
    let organization = Organization::new(world());
    let used = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(5 * 24);
    let used = used.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let key = json!({"id": "AKIAROOTKEY000000001", "created": "2025-01-01T00:00:00Z", "last_used": {"date": used}});
    organization.put_root(KEYS, &json!({"access_keys": [key]}));
    let plan = ["delete", "--plan-out", "plan.json", "--protect-keys-used-within-days", "0", "--output", "json"];
    let hash = organization.run(&plan).ends_with(1).json()["plan_sha256"].as_str().unwrap().to_owned();
    let ran = organization.run(&apply(&hash, &[]));
    assert!(ran.err.contains("access keys used within 30 days are protected; the plan was made with 0"), "{ran:#?}");
    assert!(organization.root(KEYS)["access_keys"].is_array(), "{ran:#?}");
    assert_eq!(organization.root(EVERYTHING), Value::Null);
    organization.run(&apply(&hash, &["--protect-keys-used-within-days", "0"])).ends_with(0);
    assert_eq!(organization.root(KEYS), Value::Null);
}

#[test]
fn on_a_terminal_a_number_alone_says_yes_to_no_plan() {
    let (organization, _) = planned(world());
    let calls = organization.calls().len();
    let screen = Screen::start(&organization, &["apply", "plan.json", "--confirm-accounts", "2"], 120);
    let (code, text) = screen.end();
    assert!(code == 2 && text.contains("say --plan-sha256"), "{text}");
    assert_eq!(organization.calls().len(), calls);
}

#[test]
fn variables_that_are_no_text_end_nothing() {
    let (organization, hash) = planned(world());
    let mut command = organization.command(&apply(&hash, &[]));
    command.env("NOT_TEXT", OsStr::from_bytes(b"\xff")).env(OsStr::from_bytes(b"NOT\xffTEXT"), "any");
    Ran::of(command.output().unwrap()).ends_with(0);
    assert_eq!(organization.root(KEYS), Value::Null);
}

#[test]
fn an_address_that_the_profile_names_for_one_service_is_another_place() {
    let (organization, hash) = planned(world());
    let services = format!(
        "[default]\nservices = elsewhere\n[services elsewhere]\niam =\n  endpoint_url = {}\n",
        organization.url.replace("127.0.0.1", "localhost")
    );
    fs::create_dir_all(organization.home.join(".aws")).unwrap();
    fs::write(organization.home.join(".aws/config"), services).unwrap();
    let url = organization.url.clone();
    let mut command = organization.command(&apply(&hash, &[]));
    command
        .env_remove("AWS_ENDPOINT_URL")
        .env("AWS_ENDPOINT_URL_STS", &url)
        .env("AWS_ENDPOINT_URL_ORGANIZATIONS", &url);
    let before = organization.world();
    let ran = Ran::of(command.output().unwrap()).ends_with(2);
    assert!(ran.err.contains("http://localhost:"), "{ran:#?}");
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}

#[test]
fn a_plan_is_good_for_a_day() {
    const DAY: i64 = 24 * 60 * 60;
    let (organization, _) = planned(world());
    for seconds in [DAY + 60, -3600] {
        let hash = made_before(&organization, seconds);
        is_refused_without_a_call(&organization, &apply(&hash, &[]), "a plan is good for a day");
    }
    let hash = made_before(&organization, DAY - 60);
    organization.run(&apply(&hash, &[])).ends_with(0);
    assert_eq!(organization.root(KEYS), Value::Null);
}

#[test]
fn nobody_else_carries_it_out_nor_anywhere_else() {
    let (organization, hash) = planned(world());
    let before = organization.world();
    organization.register("AKIASOMEBODYELSE0001", &json!({"arn": format!("arn:aws:iam::{MANAGEMENT}:user/else")}));
    let alias = organization.url.replace("127.0.0.1", "localhost");
    for (name, value, why) in [
        (
            "AWS_ACCESS_KEY_ID",
            "AKIASOMEBODYELSE0001",
            "was made by arn:aws:iam::111122223333:user/operator, and you are",
        ),
        ("AWS_ENDPOINT_URL", &alias, "was made at http://127.0.0.1:"),
        ("AWS_REGION", "eu-west-1", "was made in us-east-1, and this is eu-west-1"),
    ] {
        let ran = Ran::of(organization.command(&apply(&hash, &[])).env(name, value).output().unwrap()).ends_with(2);
        assert!(ran.err.contains(why) && ran.err.lines().count() == 1, "{ran:#?}");
    }
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
    let another =
        Organization::new(World::new("999988887777").member(Member::new(KEYS).access_key("AKIAROOTKEY000000001")));
    another.register(CALLER_KEY, &json!({"arn": "arn:aws:iam::999988887777:user/operator"}));
    fs::copy(organization.home.join("plan.json"), another.home.join("plan.json")).unwrap();
    is_refused(&another, &apply(&hash, &[]), "is of the organization of account `111122223333`");
}

#[test]
fn what_came_since_is_left_alone_and_told_of() {
    let created = "2025-01-01T00:00:00Z";
    let key = |id: &str, status: &str| json!({"id": id, "status": status, "created": created});
    let inactive = Member::new(KEYS).name("keys");
    let (organization, hash) = {
        let organization = Organization::new(World::new(MANAGEMENT).member(inactive).member(Member::new(EVERYTHING)));
        let keys = json!([key("AKIAROOTKEY000000001", "Active"), key("AKIAROOTKEY000000002", "Inactive")]);
        organization.put_root(KEYS, &json!({"access_keys": keys}));
        organization.put_root(EVERYTHING, &json!({"password": {"created": created}}));
        let ran = organization.run(&["delete", "--plan-out", "plan.json", "--output", "json"]).ends_with(1);
        let hash = ran.json()["plan_sha256"].as_str().unwrap().to_owned();
        (organization, hash)
    };
    // One key was used since, the other one made active, and a password set anew.
    let mut used = key("AKIAROOTKEY000000001", "Active");
    used["last_used"] = json!({"date": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()});
    organization.put_root(KEYS, &json!({"access_keys": [used, key("AKIAROOTKEY000000002", "Active")]}));
    organization.put_root(EVERYTHING, &json!({"password": {"created": "2026-01-01T00:00:00Z"}}));
    let before = (organization.root(KEYS), organization.root(EVERYTHING));
    let ran = organization.run(&apply(&hash, &[])).ends_with(3);
    assert_eq!((organization.root(KEYS), organization.root(EVERYTHING)), before, "{ran:#?}");
    assert_eq!(organization.changes(), Vec::<String>::new());
    let notes = [ran.account(KEYS), ran.account(EVERYTHING)].map(|account| account["credentials"].to_string()).concat();
    for why in ["left alone: since it was planned: used ", "was made active since", "it is of 2026-01-01T00:00:00Z"] {
        assert!(notes.contains(why), "{why}: {ran:#?}");
    }
}

#[test]
fn what_is_gone_by_now_stops_nothing_else() {
    let (organization, hash) = planned(world());
    organization.put_root(KEYS, &json!({}));
    let ran = organization.run(&apply(&hash, &[])).ends_with(0);
    assert_eq!(ran.account(KEYS)["credentials"][0]["note"], "already absent", "{ran:#?}");
    assert_eq!(ran.account(EVERYTHING)["status"], "cleaned", "{ran:#?}");
}

#[test]
fn on_a_terminal_it_is_shown_and_asked_about() {
    let (organization, _) = planned(world());
    let before = organization.world();
    let question = "Type the number of accounts (2) to delete these root credentials:";
    for (answer, code) in [("1", 3), ("2", 0)] {
        let mut screen = Screen::start(&organization, &["apply", "plan.json"], 120);
        screen.wait_for("AKIAROOTKEY000000001");
        screen.wait_for("5 root credentials in 2 accounts to be deleted, 0 to be kept");
        screen.wait_for(question);
        assert_eq!(organization.world(), before);
        screen.type_line(answer);
        let (ended, text) = screen.end();
        assert_eq!(ended, code, "{text}");
    }
    assert_eq!(organization.root(KEYS), Value::Null);
}

#[test]
fn a_wrong_number_and_the_guard_keep_a_plan_from_being_carried_out() {
    let (organization, hash) = planned(world());
    let before = organization.world();
    let apply = ["apply", "plan.json", "--plan-sha256", &hash, "--confirm-accounts"];
    organization.run(&[&apply[..], &["1"]].concat()).ends_with(3);
    organization.run(&[&apply[..], &["2", "--max-accounts", "1"]].concat()).ends_with(3);
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}
