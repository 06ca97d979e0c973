//! The page: what it says without its script, and that no text from outside becomes a part of it.

use super::fixtures::{Told, hostile_names, hostile_report, inventory, report};
use crate::{
    document::{ActsThrough, StatusName},
    history::History,
    html::{LARGEST_PAGE_BYTES, html},
    text::shown,
};
use rootwarden_domain::run::report::Status;

fn page(told: &Told) -> String {
    html(&told.document()).unwrap()
}

/// The elements that a page begins, in their order, without what stands inside of scripts and styles.
pub fn elements(page: &str) -> Vec<String> {
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
    assert!(elements(&hostile) == elements(&page(&harmless)));
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
fn the_first_lines_say_whether_a_person_is_needed_then_what_to_do_then_what_changed() {
    let found = || Status::Found { inventory: inventory(), protected: vec![] };
    let first = Told::of(report("nightly-2026-11-21", [(1, None, found()), (2, None, found()), (3, None, found())]));
    let first_page = page(&first);
    assert!(first_page.contains("<h1>3 accounts need a person</h1>"));
    assert!(first_page.contains("There is no earlier run"));
    let accounts = [(1, None, found()), (2, None, Status::Clean), (4, None, found())];
    let second = Told { history: first.remembered(), ..Told::of(report("nightly-2026-11-22", accounts)) };
    let second = page(&second);
    let (tasks, after) = second.split_once("Since the last run").unwrap();
    assert!(tasks.contains("What to do") && tasks.contains("rootwarden run 000000000001 000000000004"), "{tasks}");
    let first_screen = after.split_once("All accounts by status").unwrap().0;
    for said in ["<b>1</b> new", "<b>2</b> gone", "<b>1</b> unchanged", "nightly-2026-11-21", "was found, is clean"] {
        assert!(first_screen.contains(said), "{said}");
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
    assert!(rows > 1_000 && dirty.contains("More accounts are not clean than a page can carry"), "{rows} rows");
}

#[test]
fn numbers_have_their_thousands_parted_and_one_is_one() {
    let found = || Status::Found { inventory: inventory(), protected: vec![] };
    let many = (0..12_345).map(|id| (id, None, if id < 1_234 { found() } else { Status::Clean }));
    let many = page(&Told::of(report("nightly-2026-11-22", many)));
    for said in [
        "<h1>1,234 accounts need a person</h1>",
        "12,345 accounts, the whole organization",
        "and 1,228 more",
        "11,111 clean accounts are not in this list",
        "<option value=\"found\">found (1,234)</option>",
        "(at most 1,234)",
    ] {
        assert!(many.contains(said), "{said}");
    }
    let one = page(&Told::of(report("nightly-2026-11-22", [(1, None, found()), (2, None, Status::Clean)])));
    for said in
        ["<h1>1 account needs a person</h1>", "<strong>1 account</strong>", "1 clean account is not in this list"]
    {
        assert!(one.contains(said), "{said}");
    }
    for page in [&many, &one] {
        assert!(!page.contains('\u{202f}'));
        let text = page.split_once("</style>").unwrap().1;
        for plural in ["accounts", "units", "runs", "credentials"] {
            // As a number of its own: `1 accounts` in `11 accounts` is none.
            let one = format!("1 {plural}");
            let mut before = text.match_indices(&one).filter_map(|(at, _)| text[..at].chars().next_back());
            assert!(before.all(|before| before.is_ascii_digit() || before == ','), "{plural}");
        }
    }
}

#[test]
fn the_page_of_an_audit_says_what_it_does_not_know_and_claims_nothing_of_it() {
    let told = Told { acts_through: ActsThrough::OwnCredentials, ..Told::full() };
    let page = page(&told);
    for said in [
        "What this page does not know",
        "remembers no earlier run: what is new, gone or unchanged is not known",
        "rootwarden delete 000000000002",
        "rootwarden audit --output csv",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let body = page.split_once("<body>").unwrap().1.rsplit_once("<script>").unwrap().0;
    for said in [
        "Since the last run",
        "There is no earlier run",
        "In pictures",
        "Workloads &lt;prod&gt;",
        "id=\"unit\"",
        "id=\"change\"",
        "class=\"change\"",
        "report.json",
        "WHY",
    ] {
        assert!(!body.contains(said), "{said}");
    }
    let document = told.document();
    assert!(document.history.is_empty() && document.units.is_empty() && document.compared_with.is_none());
    assert!(document.accounts.iter().all(|account| account.change.is_none() && account.since.is_none()));
}

#[test]
fn runs_that_were_stopped_and_accounts_that_are_kept_open_are_said() {
    let mut told = Told::full();
    let first = Told::of(report("nightly-2026-11-20", []));
    told.history = first.document().remembered(
        &History::default(),
        None,
        crate::notice::said(&first.document(), crate::history::NoticeOutcome::Later),
    );
    // As it is copied.
    let page = page(&told).replace("<span class=\"option\">", "").replace("</span>", "");
    for said in [
        "<code>nightly-2026-11-20</code> was stopped before the last round, and told nobody",
        "Mend what keeps it open, then end the recovery again",
        "rootwarden recovery end 000000000002 --request --reason WHY --ticket TICKET",
    ] {
        assert!(page.contains(said), "{said}");
    }
}
