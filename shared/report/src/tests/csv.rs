//! CSV: RFC 4180, and nothing that a spreadsheet takes for something else.

use super::fixtures::{Told, hostile_names, hostile_report, report};
use crate::{
    csv::{COLUMNS, FORMULA, csv},
    text::shown,
};
use rootwarden_domain::run::report::Status;

fn text_of(told: &Told) -> String {
    String::from_utf8(csv(&told.document()).unwrap()).unwrap()
}

/// Reads CSV by the grammar of RFC 4180 alone, apart from the crate that wrote it.
pub fn parsed(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut characters = text.chars().peekable();
    let mut is_quoted = false;
    while let Some(character) = characters.next() {
        match (character, is_quoted) {
            ('"', true) if characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            ('"', true) => is_quoted = false,
            ('"', false) => {
                assert!(cell.is_empty(), "a quote inside a bare cell: {cell}");
                is_quoted = true;
            }
            (',', false) => row.push(std::mem::take(&mut cell)),
            ('\r', false) => {
                assert_eq!(characters.next(), Some('\n'), "a CR without its LF");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            ('\n', false) => panic!("an LF without its CR"),
            (other, _) => cell.push(other),
        }
    }
    assert!(!is_quoted && cell.is_empty() && row.is_empty(), "the last row ends with a line break as well");
    rows
}

#[test]
fn one_account_a_row_whatever_its_name_is() {
    let told = Told::of(hostile_report());
    let rows = parsed(&text_of(&told));
    assert_eq!(rows[0], COLUMNS);
    assert_eq!(rows.len(), 1 + told.report.accounts.len());
    assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
    for name in hostile_names() {
        let shown = shown(&name);
        let is_it = |cell: &String| *cell == shown || *cell == format!("'{shown}");
        assert_eq!(rows.iter().filter(|row| is_it(&row[1])).count(), 11, "{name:?}");
    }
}

#[test]
fn no_cell_begins_like_a_formula_or_hides_a_character() {
    for row in parsed(&text_of(&Told::of(hostile_report()))) {
        for cell in row {
            assert!(!cell.starts_with(FORMULA) && !cell.starts_with(['\t', '\r', '\n', ' ']), "{cell:?}");
            assert!(!cell.contains(|character: char| character.is_control() || character == '\u{202e}'), "{cell:?}");
        }
    }
}

#[test]
fn an_account_id_is_no_number_and_keeps_its_zeros() {
    let told = Told::of(report("nightly-2026-11-22", [(12_345, None, Status::Clean)]));
    let rows = parsed(&text_of(&told));
    assert_eq!(rows[1][0], "0000-0001-2345");
    assert_eq!(rows[1][4], "clean");
}
