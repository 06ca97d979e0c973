//! One account that is not clean: a row of its own, with what the status rests on.

use maud::{Markup, html};

use super::{command::shell, name};
use crate::{
    document::{Account, CallTold, Change, Credential, Evidence, FailureTold, LastUse, NextStep, Step},
    text::{day, seconds, shown, time},
};

pub(super) fn row(account: &Account<'_>, unit: Option<&str>) -> Markup {
    let Account { id, name: called, unit: _, status, change, since, why, next, evidence } = account;
    html! {
        tr id={ "a" (id) } data-s=(status.name()) data-c=[change.map(Change::name)] {
            th scope="row" { code { (id) } }
            td { @if let Some(called) = called { (name(called)) } }
            td { @if let Some(unit) = unit { (name(unit)) } }
            td {
                span .status .(status.name()) { (status.words()) }
                @if matches!(change, Some(Change::New | Change::Changed)) { " " span .change { (change.map_or("", Change::name)) } }
            }
            td { @if let Some(since) = since { time datetime=(since) { (day(*since)) } } }
            td { (name(why)) }
            // What opens and closes stands in the last cell, so that a row is copied as one line.
            td {
                @if let Some(next) = next { (step(next)) }
                @if !evidence.is_empty() { (details(evidence, why)) }
            }
        }
    }
}

fn step(next: &NextStep) -> Markup {
    let NextStep { what, command } = next;
    html! {
        (what)
        @if command.is_some() {
            details { summary { "Command" } (shell(command.as_deref())) }
        }
    }
}

fn details(evidence: &Evidence<'_>, said: &str) -> Markup {
    let Evidence { before, steps, protected, failure, left: _, calls } = evidence;
    html! {
        details {
            summary { "Evidence" }
            ul {
                @for one in before { li { "before: " (credential(one)) } }
                @for one in protected.iter().chain(steps) { li { (outcome(one, said)) } }
                @if let Some(failure) = failure { li { (failed(failure)) } }
                @for one in calls { li { (call(one)) } }
            }
        }
    }
}

fn credential(credential: &Credential<'_>) -> Markup {
    let Credential { kind, id, status, created_at, last_used } = credential;
    html! {
        (kind.words())
        @if let Some(id) = id { " " code { (shown(id)) } }
        @if let Some(status) = status { ", " (shown(status)) }
        @if let Some(at) = created_at { ", of " (seconds(*at)) }
        @match last_used {
            Some(LastUse::At(at)) => { ", last used " (seconds(*at)) },
            Some(LastUse::Never) => ", never used",
            Some(LastUse::Unread) => ", last use not read",
            None => "",
        }
    }
}

/// `said`: what stands beside it already, and is not said again.
fn outcome(step: &Step<'_>, said: &str) -> Markup {
    let Step { kind, id, outcome, why } = step;
    html! {
        (kind.words())
        @if let Some(id) = id { " " code { (shown(id)) } }
        ": " (outcome.words())
        @if let Some(why) = why.filter(|why| !said.contains(why)) { ", " (shown(why)) }
    }
}

fn call(call: &CallTold<'_>) -> Markup {
    let CallTold { action, at, status, request_id, retries, session_access_key_id } = call;
    html! {
        code { (shown(action)) } " at " (time(*at))
        @match status { Some(status) => { ", HTTP " (status) }, None => ", no answer" }
        @match retries { 0 => {}, 1 => ", sent again once", times => { ", sent again " (times) " times" } }
        @if let Some(id) = request_id { ", request " code { (shown(id)) } }
        @if let Some(id) = session_access_key_id { ", session " code { (shown(id)) } }
    }
}

fn failed(failure: &FailureTold<'_>) -> Markup {
    let FailureTold { kind, message: _, code, request_id } = failure;
    html! {
        "kind " (kind)
        @if let Some(code) = code { ", AWS error " code { (shown(code)) } }
        @if let Some(id) = request_id { ", request id " code { (shown(id)) } }
    }
}
