/* The choropleth as a table: made here, and only while it is looked at, from what the map was told. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const map = (pantau.map = pantau.map || {});
  const N = 3, RANK = 4, BETWEEN = 5, NAME = 6; // of a district's values: components/choropleth.py
  const order = { by: "value", isDown: true };

  /* Those without a value come last, whichever way the others are sorted. */
  const KEYS = {
    name: (row) => row.name,
    value: (row) => row.values[RANK],
    n: (row) => row.values[N],
  };

  function sorted(rows) {
    const key = KEYS[order.by], sign = order.isDown ? -1 : 1;
    const language = document.documentElement.lang;
    return rows.sort((one, other) => {
      const a = key(one), b = key(other);
      const byName = one.name.localeCompare(other.name, language);
      if (a === null || b === null) return (a === null) - (b === null) || byName;
      return sign * (typeof a === "string" ? byName : a - b) || byName;
    });
  }

  function heading(words, by) {
    const cell = document.createElement("th");
    cell.scope = "col";
    if (!by) {
      cell.textContent = words;
      return cell;
    }
    const button = pantau.element("button", "sort", words);
    button.type = "button";
    button.dataset.sort = by;
    if (order.by === by) cell.setAttribute("aria-sort", order.isDown ? "descending" : "ascending");
    cell.append(button);
    return cell;
  }

  function line(row, chosen) {
    const made = document.createElement("tr");
    const name = made.appendChild(document.createElement("th"));
    name.scope = "row";
    const button = name.appendChild(pantau.element("button", "row-button", row.name));
    button.type = "button";
    button.dataset.toggleDistrict = row.code;
    button.setAttribute("aria-pressed", String(chosen.includes(row.code)));
    const parent = pantau.config().tree[(pantau.config().tree[row.code] || [])[1]];
    button.disabled = !pantau.config().tree[row.code];
    if (parent) button.append(pantau.element("span", "row-parent", parent[2]));
    made.append(
      pantau.element("td", row.values[RANK] === null ? "no-value" : "", row.values[1]),
      pantau.element("td", "", pantau.number(row.values[N])),
      pantau.element("td", "", row.values[BETWEEN]),
    );
    return made;
  }

  const MOST = 1000; // lines of a table that a browser can still draw

  map.tabulate = function () {
    const place = document.getElementById("district-table");
    if (!place || !place.closest(".as-table") || !map.hideout) return;
    const told = map.hideout.values || {}, tree = pantau.config().tree;
    const rows = Object.keys(told)
      .map((code) => ({ code: code, name: tree[code] ? tree[code][2] : told[code][NAME] || map.nameOf(code), values: told[code] }))
      .filter((row) => row.name);
    const words = place.dataset;
    const title = document.querySelector("#legend .legend-title");
    const isDifference = map.hideout.compare && map.hideout.compare !== "off";
    const table = pantau.element("table", "numbers districts-numbers");
    table.createCaption().textContent = words.caption;
    table.caption.className = "visually-hidden";
    table.createTHead().insertRow().append(
      heading(words.district, "name"), heading(title ? title.textContent : "", "value"), heading("n", "n"),
      heading(isDifference ? words.change : words.interval),
    );
    table.createTBody().append(...sorted(rows).slice(0, MOST).map((row) => line(row, map.hideout.chosen || [])));
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset : null;
    const scrolled = place.scrollTop;
    place.replaceChildren(table);
    place.scrollTop = scrolled;
    if (!focused) return;
    const again = [...place.querySelectorAll("button")].find((button) =>
      button.dataset.sort === focused.sort && button.dataset.toggleDistrict === focused.toggleDistrict);
    if (again) again.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#district-table [data-sort]");
    if (!button) return;
    const by = button.dataset.sort;
    order.isDown = order.by === by ? !order.isDown : by !== "name";
    order.by = by;
    map.tabulate();
  });
})();
