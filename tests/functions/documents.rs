//! What the documents say of the repository is so: paths exist, links lead somewhere, invariants are defined, tables are whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};

use rootwarden_domain::run::report::Counts;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What lies in the deployment's bucket, is made by building, or belongs to somebody else: no path of the repository.
const ELSEWHERE: [&str; 18] = [
    "approvals",
    "control",
    "exemptions",
    "guard",
    "policies",
    "recoveries",
    "recovery-requests",
    "releases",
    "runs",
    "state",
    "target",
    "decision.json",
    "opened.json",
    "plan.json",
    "request.json",
    "result.json",
    "verified.json",
    "test_base_query_language.snapshot.json",
];

const EXTENSIONS: [&str; 6] = ["json", "md", "py", "rs", "toml", "yaml"];

pub(crate) struct Document {
    /// Relative to the repository.
    pub path: PathBuf,
    pub text: String,
}

impl Document {
    fn name(&self) -> String {
        self.path.file_name().unwrap().to_str().unwrap().to_owned()
    }
}

fn read(path: &str) -> Document {
    Document { path: path.into(), text: fs::read_to_string(Path::new(ROOT).join(path)).unwrap() }
}

/// README, CONTRIBUTING, and everything in `docs/`.
pub(crate) fn guides() -> Vec<Document> {
    let mut guides = vec![read("README.md"), read("CONTRIBUTING.md")];
    guides.extend(files("docs", &["md"]));
    guides
}

/// All files under a folder with one of these extensions, without what is built.
fn files(folder: &str, extensions: &[&str]) -> Vec<Document> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::from(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(ROOT).join(&folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = folder.join(&name);
            if Path::new(ROOT).join(&path).is_dir() {
                if !name.starts_with('.') && !["target", "node_modules"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|is| extensions.iter().any(|extension| is == *extension)) {
                found.push(read(path.to_str().unwrap()));
            }
        }
    }
    found
}

/// What a code span says; fenced blocks are left out.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.lines().flat_map(|line| line.split('`').skip(1).step_by(2)))
}

/// The path that a code span names, if it could be one of the repository.
fn named_path(span: &str) -> Option<&str> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    let (first, last) = (span.split('/').next()?, span.rsplit('/').next()?);
    let has_extension =
        last.rsplit_once('.').is_some_and(|(name, extension)| !name.is_empty() && EXTENSIONS.contains(&extension));
    let is_path = span.contains('/') && !span.starts_with('/') || has_extension && !span.starts_with('.');
    (is_path && span.chars().all(is_plain) && !ELSEWHERE.contains(&first)).then_some(span)
}

#[test]
fn every_path_that_the_guides_name_exists() {
    let mut checked = 0;
    let names: BTreeSet<String> = files(".", &EXTENSIONS).into_iter().map(|file| file.name()).collect();
    for Document { path, text } in guides() {
        for named in code_spans(&text).filter_map(named_path) {
            checked += 1;
            // Some documents name a file by its name alone, where there can be no doubt.
            let exists = Path::new(ROOT).join(named).exists() || names.contains(named);
            assert!(exists, "{}: `{named}` is not there", path.display());
        }
    }
    assert!(checked >= 100, "only {checked} paths are named");
}

/// The targets of Markdown's links, each with its line.
fn links(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2).flat_map(|prose| prose.split("](").skip(1));
    prose.filter_map(|rest| rest.split_once(')').map(|(target, _)| target)).collect()
}

/// What GitHub makes of the headings of a document.
fn anchors(text: &str) -> BTreeSet<String> {
    let (mut anchors, mut times) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    for line in text.split("```").step_by(2).flat_map(str::lines) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = title.trim().to_lowercase().replace(' ', "-");
        let slug: String =
            kept.chars().filter(|character| character.is_alphanumeric() || "-_".contains(*character)).collect();
        let before = times.entry(slug.clone()).or_default();
        anchors.insert(if *before == 0 { slug } else { format!("{slug}-{before}") });
        *before += 1;
    }
    anchors
}

/// A path without `..`, as far as that can be said without looking.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(plain.pop(), "{} leads out of the repository", path.display()),
            Component::CurDir => {}
            Component::Normal(_) | Component::Prefix(_) | Component::RootDir => plain.push(part),
        }
    }
    plain
}

#[test]
fn every_link_and_its_anchor_lead_somewhere() {
    let mut checked = 0;
    for Document { path, text } in files(".", &["md"]) {
        for target in links(&text).into_iter().filter(|target| !target.contains("://")) {
            checked += 1;
            let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
            let leads_to = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let leads_to = Path::new(ROOT).join(plain(&leads_to));
            assert!(leads_to.exists(), "{}: ({target}) leads nowhere", path.display());
            if let Some(anchor) = anchor {
                let text = fs::read_to_string(&leads_to).unwrap();
                assert!(anchors(&text).contains(anchor), "{}: ({target}) has no such heading", path.display());
            }
        }
    }
    assert!(checked >= 30, "only {checked} links");
}

/// The numbers that a text cites: `I3`, as a word of its own.
fn cited(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    words.filter(|word| {
        let number = word.strip_prefix('I').unwrap_or_default();
        (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The invariants that a test is named after: `i3_i8_…` is named after two, `i10_and_i12_…` as well.
fn named_after(line: &str) -> Vec<String> {
    let line = line.trim_start();
    let Some(name) = ["async fn ", "fn ", "def test_"].iter().find_map(|start| line.strip_prefix(start)) else {
        return Vec::new();
    };
    let words = name.split('_').filter(|word| *word != "and");
    let numbers = words.map_while(|word| word.strip_prefix('i').filter(|number| number.parse::<u8>().is_ok()));
    numbers.map(|number| format!("I{number}")).collect()
}

#[test]
fn every_invariant_that_is_cited_is_defined_and_every_defined_one_has_a_test() {
    let map = read("docs/architecture.md").text;
    let defined: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.strip_prefix("- **I")?.split_once("**").map(|(number, _)| format!("I{number}")))
        .collect();
    assert!(defined.len() >= 13, "{defined:?}");
    let mut tested = BTreeSet::new();
    let mut times = 0;
    for Document { path, text } in files(".", &["rs", "py", "md", "yaml"]) {
        for number in cited(&text) {
            assert!(
                defined.contains(number),
                "{} cites {number}, which docs/architecture.md does not define",
                path.display()
            );
            times += 1;
        }
        tested.extend(text.lines().flat_map(named_after));
    }
    assert!(times >= 75, "only {times} citations");
    assert_eq!(tested, defined, "the invariants that tests are named after, and those that are defined");
}

/// What stands in backticks in the first cells of a table whose head is this.
fn first_cells(text: &str, head: &str) -> BTreeSet<String> {
    let rows = text.split_once(head).unwrap().1.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn every_parameter_of_the_template_is_described() {
    let template = read("template.yaml").text;
    let parameters = template.split_once("\nParameters:\n").unwrap().1;
    let parameters = parameters.lines().take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
    let names =
        parameters.filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':').filter(|name| !name.contains(' ')));
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    assert!(names.len() >= 20, "{names:?}");
    assert_eq!(first_cells(&read("docs/deploying.md").text, "| parameter | default | |"), names);
}

#[test]
fn every_status_of_a_report_is_described() {
    let counts = serde_json::to_value(Counts::default()).unwrap();
    let statuses: BTreeSet<String> = counts.as_object().unwrap().keys().cloned().collect();
    let described = first_cells(&read("docs/operating.md").text, "| status | |");
    assert_eq!(described, statuses);
}

#[test]
fn every_table_has_a_head() {
    let mut tables = 0;
    for Document { path, text } in guides() {
        let mut before = "";
        for line in text.lines() {
            if line.starts_with("|---") {
                tables += 1;
                assert!(before.starts_with('|'), "{}: a table has no head", path.display());
            }
            before = line;
        }
    }
    assert!(tables >= 15, "only {tables} tables");
}

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").text.lines().count();
    assert!(lines <= 80, "{lines} lines: what is more than an overview belongs into docs/");
}
