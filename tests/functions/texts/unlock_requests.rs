//! What we refuse of an unlock request that was taken: it is not approved, too old, rejected, or without time.

use std::time::Duration;

use rootwarden_tests::{Deployment, MANAGEMENT};
use serde_json::{Value, json};

use super::{Told, making::answered, refusals::with, told};
use crate::unlock::{self, JANE, JOE, PAYROLL, SUSPENDED, about_bucket};

pub async fn unlocks() -> Vec<Told> {
    let rehearsal = unlock::rehearsal();
    let planned = async |body: Value| {
        let taken = unlock::ask(&rehearsal, &body).await;
        let input = json!({"step": "plan", "unlock": taken.id, "request": taken.request});
        rehearsal.unlock(input).await.unwrap_err().to_string()
    };
    let about = |account: &str| with(about_bucket("plan"), "account", json!(account));
    let protected = planned(with(about_bucket("plan"), "bucket", json!("log-archive-eu"))).await;
    let elsewhere = planned(with(about_bucket("plan"), "region", json!("us-east-1"))).await;
    let off = unlock::deployed(&Deployment { unlock_requests: false, ..Deployment::default() });
    vec![
        told(
            "protected",
            protected,
            "`log-archive-eu`",
            "ProtectedResources",
            "nothing is done with bucket `log-archive-eu` in account `300000000001`: it is protected, by `log-archive-*`: the deployment's parameter ProtectedResources says so",
        ),
        told(
            "the management account",
            planned(about(MANAGEMENT)).await,
            MANAGEMENT,
            "its own root user",
            "nothing is done in account `111122223333`: it is the management account, where no root session can be opened: its own root user has to do it",
        ),
        told(
            "not in the organization",
            planned(about("999999999999")).await,
            "999999999999",
            "look at its id",
            "nothing is done in account `999999999999`: it is not in the organization: look at its id",
        ),
        told(
            "suspended",
            planned(about(SUSPENDED)).await,
            SUSPENDED,
            "only active accounts",
            "nothing is done in account `300000000003`: its state is SUSPENDED: only active accounts are entered",
        ),
        told(
            "in another Region",
            elsewhere,
            PAYROLL,
            "leave it out",
            "invalid request: `region`: bucket `payroll` is in `eu-central-1`, not `us-east-1`: leave it out",
        ),
        told(
            "nobody approved",
            not_approved().await,
            "`unlock-ID`",
            "ask for",
            "nobody has approved `unlock-ID`: ask for an approval first; this attempt changed nothing",
        ),
        told(
            "approved too long ago",
            stale().await,
            "`unlock-ID`",
            "ask anew",
            "the plan of `unlock-ID` is of 2026-11-22T02:00:00Z, which is too long ago; ask anew; this attempt changed nothing",
        ),
        told(
            "approved, and then rejected",
            refused().await,
            "`unlock-ID`",
            "ask anew",
            "`arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/joe@example.com` has rejected `unlock-ID`: ask anew for another decision; this attempt changed nothing",
        ),
        told(
            "no time left",
            without_time().await,
            PAYROLL,
            "try again",
            "nothing is done with bucket `payroll` in account `300000000001`: time ran out before the session was opened: try again; this attempt changed nothing",
        ),
        told(
            "no unlock requests in this deployment",
            answered(&off, JANE, &about_bucket("plan")).await,
            "deployment",
            "UnlockRequests",
            "this deployment takes no unlock requests: they are switched on with the parameter UnlockRequests",
        ),
    ]
}

async fn not_approved() -> String {
    let rehearsal = unlock::rehearsal();
    let (taken, planned) = unlock::plan(&rehearsal, &about_bucket("apply")).await;
    rehearsal.unlock(unlock::apply_input(&taken, &planned)).await.unwrap_err().to_string()
}

async fn stale() -> String {
    let rehearsal = unlock::rehearsal();
    let (taken, planned) = unlock::approved(&rehearsal, &about_bucket("apply")).await;
    rehearsal.simulator.advance(Duration::from_hours(37));
    rehearsal.unlock(unlock::apply_input(&taken, &planned)).await.unwrap_err().to_string()
}

async fn refused() -> String {
    let rehearsal = unlock::rehearsal();
    let (taken, planned) = unlock::plan(&rehearsal, &about_bucket("apply")).await;
    rehearsal.access_event(unlock::question(&taken, &planned)).await.unwrap();
    let refusal = with(unlock::approval(&taken, &planned), "action", json!("reject"));
    assert_eq!(rehearsal.access_requests(JOE, &refusal).await.unwrap().0, 200);
    rehearsal.unlock(unlock::apply_input(&taken, &planned)).await.unwrap_err().to_string()
}

async fn without_time() -> String {
    let rehearsal = unlock::rehearsal();
    let (taken, planned) = unlock::approved(&rehearsal, &about_bucket("apply")).await;
    let rehearsal = rehearsal.redeployed(&Deployment { seconds_left: 80, ..Deployment::default() });
    rehearsal.unlock(unlock::apply_input(&taken, &planned)).await.unwrap_err().to_string()
}
