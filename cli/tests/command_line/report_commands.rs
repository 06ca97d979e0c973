//! What a deployment's report tells people to type, typed as it stands there.

use crate::support::{KEYS, busy, deployed::Deployed, world};

#[test]
fn the_commands_of_a_report_are_carried_out() {
    let deployed = Deployed::new(world().member(busy()));
    deployed.reports();
    let report = deployed.object("reports/latest/report.json");
    let tasks = report["tasks"].as_array().unwrap().iter().map(|task| &task["command"]);
    let steps = report["accounts"].as_array().unwrap().iter().map(|account| &account["next"]["command"]);
    let mut commands: Vec<&str> = tasks.chain(steps).filter_map(serde_json::Value::as_str).collect();
    commands.sort_unstable();
    commands.dedup();
    assert!(commands.contains(&format!("rootwarden run {KEYS} --mode enforce --reason WHY").as_str()), "{commands:?}");
    for command in &commands {
        let arguments: Vec<&str> = command.split(' ').skip(1).collect();
        deployed.run(&arguments).ends_with(0);
    }
    let mut started = deployed.simulator.executions();
    // That of a key's release asks its approvers.
    started.retain(|one| one.state_machine_arn.contains("secure-accounts"));
    assert_eq!(started.len(), commands.iter().filter(|command| command.starts_with("rootwarden run ")).count());
    assert!(started.iter().all(|one| one.input.contains("\"enforce\"")), "{started:?}");
    // The same with another stack: it is looked for, and there is none.
    let arguments: Vec<&str> = commands[0].split(' ').skip(1).chain(["--stack", "security-root"]).collect();
    let ran = deployed.run(&arguments).ends_with(2);
    assert!(ran.err.contains("security-root"), "{ran:#?}");
}
