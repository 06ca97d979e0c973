//! Rows of words under a header: as a table, as JSON and as CSV.

use rootwarden_domain::text::line::on_one_line;
use serde_json::{Map, Value, json};

use super::{csv::csv, fitted, json, table::column_table};
use crate::{
    arguments::Format,
    exit::Ended,
    terminal::{self, Terminal},
};

/// What is listed. What others wrote is shown on one line, with every character seen.
#[derive(Debug)]
pub struct Listing {
    name: &'static str,
    header: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Listing {
    /// `name`: the list's own in JSON. `header`: the columns' names in JSON and CSV.
    pub fn new(name: &'static str, header: &'static [&'static str]) -> Self {
        Self { name, header, rows: Vec::new() }
    }

    pub fn add(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().map(|text| on_one_line(&text)).collect());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// # Errors
    /// It cannot be written.
    pub fn show(&self, on: &Terminal) -> Result<(), Ended> {
        match on.format() {
            Format::Table => terminal::say(&self.table(on.is_coloured())),
            Format::Json => terminal::say(&json(&json!({ (self.name): self.objects() }))?),
            Format::Csv => terminal::say(&csv(self.header.iter().copied(), self.rows.iter().cloned())?),
        }
    }

    pub fn table(&self, is_coloured: bool) -> String {
        if self.is_empty() {
            return String::new();
        }
        let words: Vec<String> = self.header.iter().map(|name| name.replace('_', " ")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut table = column_table(&words, is_coloured);
        for row in &self.rows {
            table.add_row(row);
        }
        fitted(table, is_coloured)
    }

    fn objects(&self) -> Vec<Value> {
        let object = |row: &Vec<String>| {
            let fields = self.header.iter().zip(row).map(|(name, text)| ((*name).to_owned(), json!(text)));
            Value::Object(fields.collect::<Map<_, _>>())
        };
        self.rows.iter().map(object).collect()
    }
}
