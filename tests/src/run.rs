//! A run, round by round, as the state machine joins it.

use rootwarden_domain::{AccountId, run::report::Report};
use rootwarden_lambda::FunctionError;
use serde_json::{Value, json};
use std::sync::{PoisonError, atomic::Ordering};

use crate::{Answer, BUCKET, Rehearsal};

/// What the functions of one round answered.
#[derive(Debug, Clone)]
pub struct Round {
    pub listed: Listed,
    pub plan: Value,
    pub deletions: Vec<Value>,
    pub report: Value,
}

/// The chunks of a round, listed and audited: what goes into the plan.
#[derive(Debug, Clone)]
pub struct Listed {
    /// What `select-accounts` answered for each chunk.
    pub chunks: Vec<Value>,
    /// What the workers of each chunk left behind.
    pub audits: Vec<Vec<Value>>,
    /// The pin of the last chunk's audit record.
    pub audited: Value,
}

impl Listed {
    /// The pin of the last chunk's selection.
    pub fn selection(&self) -> Value {
        self.chunks.last().map_or(Value::Null, |chunk| chunk["selection"].clone())
    }
}
/// How a run ended.
#[derive(Debug)]
pub struct Finished {
    pub report: Report,
    pub rounds: u32,
    /// What the last `publish-report` answered.
    pub output: Value,
}

impl Finished {
    /// The status of one account, as JSON.
    pub fn status(&self, account: &str) -> Value {
        let id: Option<AccountId> = account.parse().ok();
        let report = id.and_then(|id| self.report.accounts.get(&id));
        report.map_or(Value::Null, |report| serde_json::to_value(&report.status).unwrap_or_default())
    }
}
impl Rehearsal {
    /// Whatever follows is of another run, if the one at hand was planned already.
    fn begin_run(&self) {
        let planned = format!("runs/{}/plan/0.json", self.run_id());
        if self.simulator.objects(BUCKET).iter().any(|(key, _)| *key == planned) {
            self.runs.fetch_add(1, Ordering::Relaxed);
        }
    }
    /// `select-accounts` for the first chunk of a round.
    pub async fn select_first(&self, round: u32, request: &Value, previous: &Value) -> Answer {
        self.select(json!({
            "run": self.run_id(), "round": round, "request": request, "previous": previous, "chunk": 0, "chain": null,
        }))
        .await
    }

    pub async fn audit_all(&self, round: u32, chunk: usize, selection: &Value) -> Vec<Value> {
        let mut audits = Vec::new();
        for batch in self.batches(selection) {
            let input = json!({"run": self.run_id(), "round": round, "chunk": chunk, "selection": selection, "batch": batch["batch"]});
            audits.push(caught(&batch, self.audit(input).await));
        }
        audits
    }

    /// What a chunk's workers left behind, written down: the pin of the record.
    pub async fn record(
        &self,
        round: u32,
        chunk: usize,
        selection: &Value,
        outcomes: &Value,
        previous: &Value,
    ) -> Answer {
        let input = json!({
            "step": "record", "run": self.run_id(), "round": round, "chunk": chunk, "selection": selection,
            "outcomes": outcomes, "previous": previous,
        });
        Ok(self.audit_accounts(input).await?["audited"].clone())
    }

    /// Writes every chunk's record again, after something was changed in what its workers left.
    pub async fn record_all(&self, round: u32, listed: &mut Listed) -> Result<(), FunctionError> {
        listed.audited = Value::Null;
        for (number, (chunk, audits)) in listed.chunks.iter().zip(&listed.audits).enumerate() {
            let outcomes = Value::from(audits.clone());
            listed.audited = self.record(round, number, &chunk["selection"], &outcomes, &listed.audited).await?;
        }
        Ok(())
    }

    /// Lists and audits chunk by chunk, as the state machine does.
    pub async fn list(&self, round: u32, request: &Value, previous: &Value) -> Result<Listed, FunctionError> {
        let mut listed = Listed { chunks: vec![], audits: vec![], audited: Value::Null };
        let mut current = self.select_first(round, request, previous).await?;
        loop {
            let number = listed.chunks.len();
            let selection = &current["selection"];
            let audits = self.audit_all(round, number, selection).await;
            let outcomes = Value::from(audits.clone());
            listed.audited = self.record(round, number, selection, &outcomes, &listed.audited).await?;
            listed.audits.push(audits);
            listed.chunks.push(current.clone());
            if current["more"] != true {
                return Ok(listed);
            }
            current = self
                .select(json!({
                    "run": self.run_id(), "round": round, "request": request, "previous": previous,
                    "chunk": number + 1, "chain": selection,
                }))
                .await?;
        }
    }

    pub async fn plan_of(&self, round: u32, listed: &Listed) -> Answer {
        let last = listed.chunks.len().saturating_sub(1);
        self.plan(json!({"run": self.run_id(), "round": round, "chunk": last, "audited": listed.audited})).await
    }

    pub async fn delete_all(&self, round: u32, plan: &Value) -> Vec<Value> {
        let mut deletions = Vec::new();
        for batch in self.batches(plan) {
            let input = json!({"run": self.run_id(), "round": round, "plan": plan, "batch": batch["batch"]});
            deletions.push(caught(&batch, self.delete(input).await));
        }
        deletions
    }

    /// Everything up to the plan, nothing deleted yet.
    pub async fn plan_round(&self, request: &Value) -> Result<(Listed, Value), FunctionError> {
        self.begin_run();
        let listed = self.list(0, request, &Value::Null).await?;
        let plan = self.plan_of(0, &listed).await?;
        Ok((listed, plan))
    }

    /// One round, from selecting to reporting. Where the guard calls for an approval, `approval` is the answer.
    pub async fn round_with(
        &self,
        round: u32,
        request: &Value,
        previous: &Value,
        approval: &str,
    ) -> Result<Round, FunctionError> {
        let listed = self.list(round, request, previous).await?;
        let plan = self.plan_of(round, &listed).await?;
        let approval = match plan["approval"].as_str() {
            Some("needed") => approval,
            Some("given") => "approved",
            _ => "not_needed",
        };
        let goes_on = plan["mode"] == "enforce" && ["approved", "not_needed"].contains(&approval);
        let deletions = if goes_on { self.delete_all(round, &plan["plan"]).await } else { Vec::new() };
        let report = self
            .publish(json!({
                "run": self.run_id(), "round": round, "plan": plan["plan"], "approval": approval,
                "deletions": deletions, "previous": previous,
                "audited": {"chunk": listed.chunks.len().saturating_sub(1), "record": listed.audited},
            }))
            .await?;
        Ok(Round { listed, plan, deletions, report })
    }

    pub async fn round(&self, round: u32, request: &Value, previous: &Value) -> Result<Round, FunctionError> {
        self.round_with(round, request, previous, "timed_out").await
    }

    /// A whole run: rounds until nothing is pending.
    pub async fn run(&self, request: Value) -> Result<Finished, FunctionError> {
        self.begin_run();
        let mut previous = Value::Null;
        for number in 0..100 {
            let round = self.round(number, &request, &previous).await?;
            previous = round.report["report"].clone();
            if round.report["pending"] == 0 {
                let report = serde_json::from_value(self.object(&previous))
                    .map_err(|error| FunctionError::new(rootwarden_domain::ErrorKind::Defect, error.to_string()))?;
                return Ok(Finished { report, rounds: number + 1, output: round.report });
            }
        }
        Err(FunctionError::new(rootwarden_domain::ErrorKind::Defect, "the run does not end"))
    }

    /// The first round of a run with a name of its own, after which nothing comes.
    pub async fn round_named(&self, name: &str, request: &Value) -> Result<Round, FunctionError> {
        let rename = |name| *self.named.lock().unwrap_or_else(PoisonError::into_inner) = name;
        rename(Some(name.to_owned()));
        let round = self.round(0, request, &Value::Null).await;
        rename(None);
        round
    }

    /// A whole run with a name of its own.
    pub async fn run_named(&self, name: &str, request: Value) -> Result<Finished, FunctionError> {
        let rename = |name| *self.named.lock().unwrap_or_else(PoisonError::into_inner) = name;
        rename(Some(name.to_owned()));
        let finished = self.run(request).await;
        rename(None);
        finished
    }
}

/// What the state machine's `Catch` makes of a worker that failed.
fn caught(batch: &Value, answer: Answer) -> Value {
    match answer {
        Ok(output) => output,
        Err(error) => json!({
            "batch": batch["batch"],
            "failed": {"Error": error.kind().name(), "Cause": error.to_string()},
        }),
    }
}
