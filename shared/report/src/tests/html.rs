//! The page: what it says without its script, and that no text from outside becomes a part of it.

use super::fixtures::{Told, hostile_names, hostile_report, inventory, report};
use crate::{
    document::StatusName,
    history::History,
    html::{LARGEST_PAGE_BYTES, html},
    text::shown,
};
use rootwarden_domain::run::report::Status;

fn page(told: &Told) -> String {
    html(&told.document()).unwrap()
}

/// The elements that a page begins, in their order, without what stands inside of scripts and styles.
fn elements(page: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), page);
    while let Some((_, after)) = rest.split_once('<') {
        let name: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
        rest = after;
        if ["script", "style"].contains(&name.as_str()) {
            rest = rest.split_once(&format!("</{name}>")).unwrap().1;
        }
        found.push(name);
    }
    found
}

#[test]
fn no_name_becomes_an_element_an_attribute_or_the_end_of_one() {
    let harmless = Told::of({
        let mut report = hostile_report();
        for account in report.accounts.values_mut() {
            account.name = Some("name".into());
            match &mut account.status {
                Status::Exempt { reason, .. } | Status::Paused { reason } => *reason = "name".into(),
                Status::Excluded { tag, .. } => (tag.key, tag.value) = ("name".into(), "name".into()),
                Status::Unknown(failure) => failure.message = "name".into(),
                _ => {}
            }
        }
        report
    });
    let hostile = page(&Told::of(hostile_report()));
    assert_eq!(elements(&hostile), elements(&page(&harmless)));
    assert_eq!(hostile.matches("<script").count(), 3, "the data and the page's own two");
    assert!(!hostile.contains('\u{202e}') && !hostile.contains('\u{0}'), "what hides text is written out");
}

#[test]
fn the_data_of_the_script_is_json_and_has_every_clean_account_by_its_name() {
    let told = Told::of(report(
        "nightly-2026-11-22",
        (1_u64..).zip(hostile_names()).map(|(id, name)| (id, Some(name), Status::Clean)),
    ));
    let page = page(&told);
    let data = page.split_once(r#"<script id="data" type="application/json">"#).unwrap().1;
    let data = data.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let names: Vec<&str> =
        data["accounts"].as_array().unwrap().iter().map(|account| account[1].as_str().unwrap()).collect();
    assert_eq!(names, hostile_names().iter().map(|name| shown(name)).collect::<Vec<_>>());
}

#[test]
fn without_its_script_the_page_has_every_account_that_is_not_clean() {
    let told = Told::full();
    let page = page(&told);
    for account in &told.document().accounts {
        let row = format!("<tr id=\"a{}\"", account.id);
        assert_eq!(page.contains(&row), account.status != StatusName::Clean, "{}", account.id);
    }
    for said in ["AKIAIOSFODNN7EXAMPLE", "release-key", "incident 42", "Workloads &lt;prod&gt;", "&lt;INC-42&gt;"] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn the_first_lines_say_whether_a_person_is_needed_and_what_changed() {
    let found = || Status::Found { inventory: inventory(), protected: vec![] };
    let first = Told::of(report("nightly-2026-11-21", [(1, None, found()), (2, None, found()), (3, None, found())]));
    let first_page = page(&first);
    assert!(first_page.contains("<h1>3 accounts need a person</h1>"));
    assert!(first_page.contains("There is no earlier run"));
    let accounts = [(1, None, found()), (2, None, Status::Clean), (4, None, found())];
    let second = Told { history: first.remembered(), ..Told::of(report("nightly-2026-11-22", accounts)) };
    let second = page(&second);
    let before_tasks = second.split_once("What to do").unwrap().0;
    for said in ["<b>1</b> new", "<b>2</b> gone", "<b>1</b> unchanged", "nightly-2026-11-21", "was found, is clean"] {
        assert!(before_tasks.contains(said), "{said}");
    }
    let nothing = Told { history: History::default(), ..Told::of(report("x", [(1, None, Status::Clean)])) };
    assert!(page(&nothing).contains("<h1>No account needs a person</h1>"));
}

#[test]
fn nothing_is_loaded_from_anywhere_and_only_the_pages_own_script_runs() {
    let page = page(&Told::full());
    assert!(page.contains("default-src 'none'"));
    for loads in [" src=", "url(", "@import", "<link", "<img", "<iframe", "fetch(", "style=", " onclick", "http://"] {
        assert!(!page.contains(loads), "{loads}");
    }
}

#[test]
fn the_largest_organization_fits_into_a_page_also_where_everybody_is_to_be_cleaned() {
    let name = |id: u64| Some(format!("{}{id}", "<\u{1f600}\"".repeat(9)));
    let clean = (0..50_000).map(|id| (id, name(id), Status::Clean));
    let clean = page(&Told::of(report("nightly-2026-11-22", clean)));
    let found = || Status::Found { inventory: inventory(), protected: vec![] };
    let dirty = (0..50_000).map(|id| (id, name(id), found()));
    let dirty = page(&Told::of(report("nightly-2026-11-22", dirty)));
    for page in [&clean, &dirty] {
        assert!(page.len() <= LARGEST_PAGE_BYTES, "{} bytes", page.len());
    }
    let rows = dirty.matches("<tr id=\"a").count();
    assert!(rows > 1_000 && dirty.contains("More accounts need a person than a page can carry"), "{rows} rows");
}
