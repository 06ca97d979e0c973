//! What programs read, and readers that go away.

use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
};

use serde_json::{Value, json};

use crate::support::Organization;

fn many() -> Organization {
    let root = json!({"access_keys": [{"id": "AKIAROOTKEY000000001"}], "password": {}});
    let accounts: Vec<Value> = (1..=600)
        .map(|n| json!({"id": format!("444400000{n:03}"), "name": "a rather long name of an account", "root": root}))
        .collect();
    Organization::new(
        serde_json::from_value(json!({"management_account": "111122223333", "accounts": accounts})).unwrap(),
    )
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let organization = many();
    for format in ["table", "json", "csv"] {
        let mut child = organization
            .command(&["audit", "--output", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut reader = BufReader::with_capacity(64, child.stdout.take().unwrap());
        reader.read_line(&mut line).unwrap();
        drop(reader);
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(err, "601 accounts: 600 with root credentials, 1 ineligible\n", "{format}");
        assert_eq!(child.wait().unwrap().code(), Some(1), "{format}");
    }
}
