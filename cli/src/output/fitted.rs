//! A table in the width of the terminal: no id is broken in the middle, for it has to be copied.

use comfy_table::{Color, ColumnConstraint, Row, Table, Width};

use super::table::tone_of;

/// One character before each cell, and one behind it.
const PADDING: usize = 2;

/// The table as text. Where its longest words do not stand side by side, each row stands as a few lines instead.
pub fn fitted(mut table: Table, is_coloured: bool) -> String {
    if let Some(columns) = table.width().map(usize::from) {
        let longest = longest_words(&table);
        if longest.iter().map(|word| word + PADDING).sum::<usize>() > columns {
            return lines(&table, columns, is_coloured);
        }
        let at_least = |word: &usize| u16::try_from(word + PADDING).unwrap_or(u16::MAX);
        table.set_constraints(longest.iter().map(|word| ColumnConstraint::LowerBoundary(Width::Fixed(at_least(word)))));
    }
    format!("{}\n", table.trim_fmt())
}

/// The length of the longest word in each column.
fn longest_words(table: &Table) -> Vec<usize> {
    let mut longest = Vec::new();
    for row in table.header().into_iter().chain(table.row_iter()) {
        for (column, cell) in row.cell_iter().enumerate() {
            let word = cell.content().split_whitespace().map(length).max().unwrap_or_default();
            match longest.get_mut(column) {
                Some(so_far) => *so_far = word.max(*so_far),
                None => longest.push(word),
            }
        }
    }
    longest
}

/// A line for each cell that says something, under that of the first cell.
fn lines(table: &Table, columns: usize, is_coloured: bool) -> String {
    let names: Vec<String> = table
        .header()
        .map(|header| header.cell_iter().map(|cell| cell.content().to_lowercase()).collect())
        .unwrap_or_default();
    let mut text = String::new();
    for row in table.row_iter() {
        for (number, (name, content)) in names.iter().zip(contents(row)).enumerate() {
            match (number, content.trim()) {
                (_, "") => {}
                (0, content) => text.extend([content, "\n"]),
                (_, content) => text += &wrapped(name, content, is_coloured, columns),
            }
        }
    }
    text
}

fn contents(row: &Row) -> impl Iterator<Item = String> {
    row.cell_iter().map(comfy_table::Cell::content)
}

/// E.g. `  credential: access key`, and under it what did not fit beside. A word is never broken.
fn wrapped(name: &str, content: &str, is_coloured: bool, columns: usize) -> String {
    let (mut text, mut at) = (format!("  {name}:"), 3 + length(name));
    for word in content.split_whitespace() {
        if at + 1 + length(word) > columns {
            text += "\n   ";
            at = 3;
        }
        text += " ";
        text += &coloured(word, tone_of(content).filter(|_| is_coloured));
        at += 1 + length(word);
    }
    text + "\n"
}

fn coloured(word: &str, tone: Option<Color>) -> String {
    // As the table itself colours: of the 256 colours of a terminal, the bright ones.
    let number = match tone {
        Some(Color::Red) => 9,
        Some(Color::Green) => 10,
        Some(Color::Yellow) => 11,
        Some(_) | None => return word.to_owned(),
    };
    format!("\u{1b}[38;5;{number}m{word}\u{1b}[39m")
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::{super::column_table, *};

    const ARN: &str = "arn:aws:iam::333300000002:mfa/root-account-mfa-device";

    fn of(columns: u16, is_coloured: bool) -> String {
        let mut table = column_table(&["account", "name", "status", "credential"], is_coloured);
        table.set_width(columns);
        table.add_row(["333300000002", "everything there is", "found", "access key AKIAROOTKEY000000002"]);
        table.add_row(["", "", "", &format!("MFA device {ARN}")]);
        fitted(table, is_coloured)
    }

    #[test]
    fn no_word_is_broken_however_narrow_it_is() {
        for columns in [1, 20, 40, 60, 80, 90, 95, 120, 200] {
            let text = of(columns, false);
            for whole in ["333300000002", "AKIAROOTKEY000000002", ARN] {
                assert!(text.contains(whole), "{columns}: {text}");
            }
            let longest = text.lines().map(length).max().unwrap();
            assert!(columns < 60 || longest <= usize::from(columns), "{columns}: {longest}\n{text}");
        }
    }

    #[test]
    fn a_narrow_terminal_gets_lines_for_each_row() {
        let lines = [
            "333300000002",
            "  name: everything there is",
            "  status: found",
            "  credential: access key",
            "    AKIAROOTKEY000000002",
            "  credential: MFA device",
        ];
        assert_eq!(of(40, false), format!("{}\n    {ARN}\n", lines.join("\n")));
        assert!(of(40, true).contains("  status: \u{1b}[38;5;9mfound\u{1b}[39m\n"));
    }
}
