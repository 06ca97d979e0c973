//! What is told of a run, once for all formats. These types are `report.json`: another form of them is another version.
//!
//! The types are apart from those that the functions hand to each other, so that either may change without the other.

mod account;
mod acts_through;
mod build;
mod changes;
mod ends;
mod evidence;
mod preflight;
mod record;
mod remember;
mod tasks;
mod units;

use jiff::Timestamp;
use rootwarden_domain::{AccountId, Mode, RunId, run::selection};
use schemars::JsonSchema;
use serde::Serialize;

pub use account::{Account, NextStep};
pub use acts_through::{ACCOUNTS_IN_A_COMMAND, ActsThrough};
pub use build::Subject;
pub use changes::{Change, Changes, GoneAccount};
pub use ends::{ExemptionEnd, OpenWindow, StillOpen};
pub(crate) use evidence::kind_and_id_of;
pub use evidence::{Audited, CallTold, Credential, CredentialKind, Evidence, FailureTold, LastUse, Outcome, Step};
pub use preflight::{PreflightLine, PreflightOutcome};
pub use record::Record;
pub use tasks::Task;
pub use units::{Places, Unit};

pub use crate::status::{StatusCounts, StatusName};

use crate::history::RunSummary;

/// The version of `report.json`. It is raised when a field changes its meaning or goes; a field may be added without.
pub const VERSION: u32 = 1;

/// The report of a run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Rootwarden report", deny_unknown_fields)]
pub struct Document<'a> {
    /// The version of this form. It is raised when a field changes its meaning or goes; a field may be added without.
    #[schemars(range(min = 1))]
    pub version: u32,
    /// The run: the name of its execution.
    #[schemars(with = "String")]
    pub run: &'a RunId,
    /// Through what whoever reads it acts. Only a deployment's runs are written as JSON.
    #[serde(skip)]
    pub acts_through: ActsThrough<'a>,
    /// The round of the run, counted from 0: accounts that could not be read are looked at again in a later one.
    pub round: u32,
    pub scope: Scope,
    /// `report` only looks, `enforce` deletes.
    #[schemars(with = "ModeName")]
    pub mode: Mode,
    /// When the run's last plan was made: what is said of an account was so by then.
    pub planned_at: Timestamp,
    pub published_at: Timestamp,
    /// Whether nobody needs to look.
    pub settled: bool,
    /// Whether another round of this run follows, which writes this report again.
    pub another_round_follows: bool,
    /// The run in one line.
    pub summary: String,
    /// How many accounts ended in each status.
    pub counts: StatusCounts,
    /// The run over the whole organization that this one is compared with; none before the second.
    pub compared_with: Option<RunSummary>,
    /// The runs over the whole organization after that one that were stopped before their last round, the latest last: nobody was
    /// told what they found, so that it is new here.
    #[schemars(with = "Vec<String>")]
    pub stopped: Vec<&'a RunId>,
    /// The `report.json` of the last run over the whole organization that has one, also of one that was stopped: whoever alters or
    /// removes it, shows.
    pub previous_report: Option<Record<'a>>,
    pub changes: Changes<'a>,
    /// What a person has to do, the most urgent first.
    pub tasks: Vec<Task>,
    /// Organizational units with accounts of this run directly in them.
    pub units: Vec<Unit<'a>>,
    /// The runs over the whole organization, the latest last, this one included if it is one; 30 at most.
    pub history: Vec<RunSummary>,
    /// Exemptions that hold.
    pub exemptions: Vec<ExemptionEnd<'a>>,
    /// Accounts in which somebody may set a root password for a while.
    pub recovery_windows: Vec<OpenWindow<'a>>,
    /// Accounts whose recovery window is over, and which this run did not see clean.
    pub kept_open: Vec<StillOpen<'a>>,
    /// What the run found out before it looked at anybody; none of it stopped the run.
    pub preflight: Vec<PreflightLine<'a>>,
    /// Accounts that were asked for by their id and are not in the organization.
    #[schemars(with = "Vec<String>")]
    pub not_in_organization: &'a [AccountId],
    /// Accounts of which the creation failed, and why.
    pub not_created: Vec<String>,
    /// Creations that did not finish in time.
    pub unfinished_creations: Vec<String>,
    /// Why nobody was looked at, if nobody was.
    pub nobody_selected: Option<String>,
    /// What this report lacks, and where it could not be written.
    pub missing: Vec<Missing>,
    /// Every object of the run that this was made from, by key: selections, audits and their records, plans, what was deleted,
    /// the run's own reports, and which calls were made.
    pub rests_on: Vec<Record<'a>>,
    /// Every account of the run: those that need a person first, clean ones last, by id within a status.
    pub accounts: Vec<Account<'a>>,
}

/// What a run was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole organization, less what the nightly run leaves out.
    Organization,
    /// Some of it: accounts, units, or one that has just joined.
    Selection,
}

/// The modes, for the schema.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema is made from it")]
enum ModeName {
    Report,
    Enforce,
}

impl From<selection::Scope> for Scope {
    fn from(scope: selection::Scope) -> Self {
        match scope {
            selection::Scope::Organization => Self::Organization,
            selection::Scope::Selection => Self::Selection,
        }
    }
}

/// Something that could not be read or written for the report, which is published all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Missing {
    /// An object of the bucket.
    pub what: String,
    pub why: String,
}
