// Shows the accounts in windows, filtered and sorted. Without it, the page lists every account that is not clean.
// Whatever becomes of it, what the page came with is to be seen.
addEventListener("error", () => document.documentElement.classList.remove("starting"));
(() => {
  "use strict";
  const WINDOW = 100;
  const element = (id) => document.getElementById(id);
  const table = document.querySelector("table.accounts");
  const body = table.tBodies[0];
  const data = JSON.parse(element("data").textContent);
  const order = new Map(data.statuses.map(({ name }, position) => [name, position]));
  const units = new Map(data.units.map((name, position) => [name, position]));

  // Each account once: a row that the page came with, or what a row is made of when it is shown.
  const text = (row, cell) => row.cells[cell].textContent;
  const full = Array.from(body.rows, (row) => ({
    row,
    id: text(row, 0),
    name: text(row, 1),
    unit: units.get(text(row, 2)) ?? -1,
    unitName: text(row, 2),
    status: order.get(row.dataset.s),
    change: row.dataset.c ?? "",
    since: text(row, 4),
    why: text(row, 5),
  }));
  const compact = data.accounts.map(([id, name, unit, status]) => ({
    row: null, id, name, unit, unitName: data.units[unit] ?? "", status, change: "", since: "", why: "",
  }));
  const all = full.concat(compact);
  for (const account of all) account.words = `${account.id} ${account.name} ${account.unitName} ${account.why}`.toLowerCase();

  let shown = all;
  let first = 0;
  let sorting = { column: -1, descending: false };

  function rowOf(account) {
    if (account.row) return account.row;
    const row = document.createElement("tr");
    row.id = `a${account.id}`;
    const head = document.createElement("th");
    head.scope = "row";
    head.append(Object.assign(document.createElement("code"), { textContent: account.id }));
    row.append(head);
    const { name, words } = data.statuses[account.status];
    const status = Object.assign(document.createElement("span"), { className: `status ${name}`, textContent: words });
    for (const content of [isolated(account.name), isolated(account.unitName), status, "", "", ""]) {
      const cell = document.createElement("td");
      if (content !== "") cell.append(content);
      row.append(cell);
    }
    return row;
  }

  // A name keeps its direction to itself.
  function isolated(name) {
    return name === "" ? "" : Object.assign(document.createElement("bdi"), { textContent: name });
  }

  function show() {
    const last = Math.min(first + WINDOW, shown.length);
    body.replaceChildren(...shown.slice(first, last).map(rowOf));
    const count = (value) => value.toLocaleString("en");
    element("shown").textContent =
      shown.length === 0 ? "no account" : `${count(first + 1)} to ${count(last)} of ${count(shown.length)} accounts`;
    element("earlier").disabled = first === 0;
    element("later").disabled = last === shown.length;
  }

  function filter() {
    const words = element("search").value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    // As the spreadsheet and the console write an account's id.
    const wanted = words.map((word) => (/^\d{4}-\d{4}-\d{4}$/.test(word) ? word.replaceAll("-", "") : word));
    const status = element("status").value === "" ? -1 : order.get(element("status").value);
    // The page of `rootwarden audit` has neither.
    const [position, change] = [element("unit")?.value ?? "", element("change")?.value ?? ""];
    const unit = position === "" ? null : data.units[Number(position)];
    shown = all.filter(
      (account) =>
        (status === -1 || account.status === status) &&
        (unit === null || account.unitName === unit) &&
        (change === "" || account.change === change) &&
        wanted.every((word) => account.words.includes(word)),
    );
    sort();
  }

  const keys = [
    (account) => account.id,
    (account) => account.name.toLowerCase(),
    (account) => account.unitName.toLowerCase(),
    (account) => account.status,
    (account) => account.since,
    (account) => account.why,
  ];

  function sort() {
    const key = keys[sorting.column];
    if (key) {
      const sign = sorting.descending ? -1 : 1;
      const keyed = shown.map((account) => [key(account), account]);
      keyed.sort(([left], [right]) => (left < right ? -sign : left > right ? sign : 0));
      shown = keyed.map(([, account]) => account);
    }
    first = 0;
    show();
  }

  function sortBy(column) {
    const again = sorting.column === column;
    sorting = { column, descending: again && !sorting.descending };
    Array.from(table.tHead.rows[0].cells).forEach((head, position) => {
      if (position === column) head.setAttribute("aria-sort", sorting.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    filter();
  }

  function turn(by) {
    first = Math.max(0, first + by * WINDOW);
    show();
    table.scrollIntoView();
  }

  // A link to an account leads to its row, also where that is not shown.
  function follow() {
    const id = location.hash.match(/^#a(\d{12})$/)?.[1];
    if (id === undefined || element(`a${id}`)) return;
    document.querySelector("form.controls").reset();
    filter();
    const position = shown.findIndex((account) => account.id === id);
    if (position === -1) return;
    first = position - (position % WINDOW);
    show();
    element(`a${id}`).scrollIntoView();
  }

  Array.from(table.tHead.rows[0].cells).slice(0, keys.length).forEach((head, column) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: head.textContent });
    button.addEventListener("click", () => sortBy(column));
    head.replaceChildren(button);
    // A heading is repeated on each page of paper, and a button in it is not.
    addEventListener("beforeprint", () => head.replaceChildren(button.textContent));
    addEventListener("afterprint", () => head.replaceChildren(button));
  });
  for (const hidden of document.querySelectorAll("form.controls, p.windows")) hidden.hidden = false;
  for (const id of ["search", "status", "unit", "change"]) element(id)?.addEventListener("input", filter);
  document.querySelector("form.controls").addEventListener("submit", (event) => event.preventDefault());
  element("earlier").addEventListener("click", () => turn(-1));
  element("later").addEventListener("click", () => turn(1));
  addEventListener("hashchange", follow);
  // On paper stands every account that is not clean, whatever is shown on the screen.
  addEventListener("beforeprint", () => body.replaceChildren(...full.map(rowOf)));
  addEventListener("afterprint", show);
  filter();
  document.documentElement.classList.remove("starting");
  follow();
})();
