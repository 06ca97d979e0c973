//! What the functions do to the simulated organization, asserted on its world and its call log.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic here is a failed test")]

mod access_requests;
mod account_joined;
mod approvals;
mod audit_records;
mod bad_input;
mod commands;
mod destinations;
mod documents;
mod enable_root_access;
mod evidence;
mod evidence_chain;
mod exemptions;
mod failures;
mod findings;
mod guard;
mod invariants;
mod killed_worker;
mod lists;
mod map_children;
mod memory;
mod notices;
mod organization;
mod places;
mod preflight;
mod promises;
mod published_report;
mod recovery;
mod releases;
mod secrets;
mod secure_accounts;
mod slow_account;
mod sweep;
mod tampering;
mod texts;
mod unlock;
mod whole_runs;
