//! Two pictures: what became of accounts by organizational unit, and the last runs. Each says in words what it shows.

use maud::{Markup, html};

use super::name;
use crate::{
    document::{Document, StatusCounts, StatusName, Unit},
    history::RunSummary,
    text::{counted, day, number},
};

/// So many units are drawn; the others are joined in one line.
const UNITS: usize = 12;

/// The parts of a bar, from left to right and from below: what they are called, and which statuses they hold.
const PARTS: [(&str, &str, &[StatusName]); 4] = [
    (
        "person",
        "failed, unknown, not approved, protected or paused",
        &[StatusName::Failed, StatusName::Unknown, StatusName::NotApproved, StatusName::Protected, StatusName::Paused],
    ),
    ("found", "found", &[StatusName::Found]),
    ("cleaned", "cleaned", &[StatusName::Cleaned]),
    ("kept", "exempt or excluded", &[StatusName::Exempt, StatusName::Excluded]),
];

pub(super) fn charts(document: &Document<'_>) -> Markup {
    html! {
        section .charts .keep aria-labelledby="charts" {
            h2 #charts { "In pictures" }
            ul .legend {
                @for (class, words, _) in PARTS { li { span .key .(class) {} (words) } }
            }
            div .figures { (by_unit(&document.units)) (by_run(&document.history)) }
        }
    }
}

fn parts(counts: &StatusCounts) -> [u32; 4] {
    PARTS.map(|(_, _, statuses)| statuses.iter().map(|status| counts.of(*status)).sum())
}

fn not_clean(counts: &StatusCounts) -> u32 {
    parts(counts).iter().sum()
}

fn by_unit(units: &[Unit<'_>]) -> Markup {
    let (drawn, others) = units.split_at(units.len().min(UNITS));
    let largest = drawn.iter().map(|unit| not_clean(&unit.counts)).max().unwrap_or_default();
    html! {
        figure {
            figcaption { "Accounts that are not clean, by organizational unit" }
            table .units {
                thead { tr { th scope="col" { "Unit" } th scope="col" { "Not clean" } th scope="col" { span .hidden { "Picture" } } th scope="col" { "Of" } } }
                tbody {
                    @for unit in drawn {
                        tr {
                            th scope="row" { (called(unit)) }
                            td .number { (number(not_clean(&unit.counts) as usize)) }
                            td { (bar(&unit.counts, largest)) }
                            td .number { (number(unit.counts.all() as usize)) }
                        }
                    }
                }
            }
            @if !others.is_empty() {
                p .about {
                    (counted(others.len(), "further unit", "further units")) ": "
                    (number(others.iter().map(|unit| not_clean(&unit.counts) as usize).sum())) " not clean of "
                    (number(others.iter().map(|unit| unit.counts.all() as usize).sum())) "."
                }
            }
        }
    }
}

fn called(unit: &Unit<'_>) -> Markup {
    html! {
        @match (unit.name, unit.id) {
            (Some(called), _) => (name(called)),
            (None, Some(id)) => code { (id) },
            (None, None) => "directly under the root",
        }
    }
}

fn bar(counts: &StatusCounts, largest: u32) -> Markup {
    let mut x = 0.0;
    html! {
        svg .bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            @for (width, (class, _, _)) in parts(counts).map(|part| scaled(part, largest, 100.0)).into_iter().zip(PARTS) {
                rect .(class) x=(x) y="0" width=(width) height="10" {}
                ({ x += width; "" })
            }
        }
    }
}

/// The length of a part, to a hundredth: what is there is always seen.
fn scaled(part: u32, largest: u32, length: f64) -> f64 {
    if part == 0 || largest == 0 {
        return 0.0;
    }
    let scaled = f64::from(part) / f64::from(largest) * length;
    (scaled.max(length / 100.0) * 100.0).round() / 100.0
}

fn by_run(runs: &[RunSummary]) -> Markup {
    const HEIGHT: f64 = 100.0;
    let largest = runs.iter().map(|run| not_clean(&run.counts)).max().unwrap_or_default();
    html! {
        figure {
            figcaption { "Accounts that are not clean, by run" @if largest > 0 { " (at most " (number(largest as usize)) ")" } }
            @match runs {
                [] => p .about { "No run over the whole organization is known." },
                [first, ..] => {
                    svg .runs viewBox="0 0 300 104" preserveAspectRatio="none" role="img" aria-label=(in_words(runs)) {
                        line .axis x1="0" y1="102" x2="300" y2="102" {}
                        @for (position, run) in (0_u32..).zip(runs) {
                            @let mut top = 101.0;
                            @let step = 300.0 / f64::from(u32::try_from(runs.len()).unwrap_or(u32::MAX));
                            g {
                                title { (run.run) ": " (number(not_clean(&run.counts) as usize)) " not clean" }
                                @for (height, (class, _, _)) in
                                    parts(&run.counts).map(|part| scaled(part, largest, HEIGHT * 0.97)).into_iter().zip(PARTS)
                                {
                                    ({ top -= height; "" })
                                    rect .(class) x=(round(f64::from(position) * step)) y=(round(top)) width=(round((step * 0.8).min(24.0))) height=(height) {}
                                }
                            }
                        }
                    }
                    p .scale { span { (day(first.at)) } @if let [_, .., last] = runs { span { (day(last.at)) } } }
                    details {
                        summary { "The same as a table" }
                        table .runs-table {
                            thead { tr {
                                th scope="col" { "Run" } th scope="col" { "Day" } th scope="col" { "Not clean" }
                                th scope="col" { "Need a person" } th scope="col" { "Cleaned" } th scope="col" { "Credentials deleted" }
                            } }
                            tbody {
                                @for run in runs.iter().rev() {
                                    tr {
                                        th scope="row" { code { (run.run) } }
                                        td { (day(run.at)) }
                                        td .number { (number(not_clean(&run.counts) as usize)) }
                                        td .number { (number(run.counts.findings() as usize)) }
                                        td .number { (number(run.counts.cleaned as usize)) }
                                        td .number { (number(run.credentials_deleted)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn in_words(runs: &[RunSummary]) -> String {
    let counts: Vec<String> = runs.iter().map(|run| number(not_clean(&run.counts) as usize)).collect();
    let last = counted(runs.len(), "run", "runs");
    // Not by commas, which part thousands.
    format!("Accounts that were not clean in the last {last}, the oldest first: {}", counts.join("; "))
}
