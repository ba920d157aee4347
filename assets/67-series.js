/* The daily series: choosing days on it, stepping through time, and its table. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const DAY = 86400000;

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    /* The daily series as a table, newest first; only while it is looked at. */
    tabulate: function (figure) {
      pantau.series = figure || pantau.series;
      const place = document.getElementById("series-table");
      if (!place || !pantau.series || !place.closest(".as-table")) return;
      const texts = pantau.config().texts;
      const bars = (pantau.series.data || [])[0] || {};
      const table = document.createElement("table");
      table.className = "numbers";
      table.createCaption().textContent = texts.series;
      table.caption.className = "visually-hidden";
      const line = (section, tags, words) => {
        const row = section.insertRow();
        words.forEach((word, index) => {
          const cell = row.appendChild(document.createElement(tags[index]));
          cell.textContent = word;
          if (tags[index] === "th") cell.scope = section.tagName === "THEAD" ? "col" : "row";
        });
      };
      line(table.createTHead(), ["th", "th"], [texts.day, texts.received]);
      const body = table.createTBody();
      (bars.hovertext || []).map((words) => words.split("<br>n ")).reverse()
        .forEach((words) => line(body, ["th", "td"], words));
      place.replaceChildren(table);
    },

    /* A drag over the daily series sets the period, a double click gives it up. */
    brush: function (selected) {
      const chart = document.querySelector("#series .js-plotly-plot");
      if (chart && !chart.dataset.heard) {
        chart.dataset.heard = "1";
        chart.on("plotly_deselect", unbrush); // only ever sent by a double click
      }
      const days = ((selected || {}).points || []).map((point) => String(point.x).slice(0, 10)).sort();
      if (!days.length) return;
      const { period, start, end } = pantau.state;
      pantau.beforeBrush = pantau.beforeBrush || { period, start, end };
      pantau.setDates(days[0], days[days.length - 1]);
    },
  });

  function unbrush() {
    const before = pantau.beforeBrush;
    pantau.beforeBrush = null;
    if (before && before.period) pantau.setPeriod(before.period);
    else if (before) pantau.setDates(before.start, before.end);
  }

  /* "[" and "]": the same length of time, earlier or later. */
  pantau.stepPeriod = function (direction) {
    let { period, start, end } = pantau.state;
    const today = pantau.today();
    if (period === "month" || period === "last-month" || pantau.isWholeMonth(start, end)) {
      const of = start || (period === "month" ? today : pantau.shiftMonth(today, -1));
      const first = pantau.shiftMonth(of, direction);
      if (first <= today) pantau.setDates(first, pantau.addDays(pantau.shiftMonth(first, 1), -1));
      return;
    }
    if (period) {
      const days = { today: 1, "7d": 7, "30d": 30, "90d": 90, "12m": 365, year: 365 }[period];
      if (!days) return;
      end = today;
      start = pantau.addDays(today, 1 - days);
    }
    if (!start || !end) return;
    const length = (Date.parse(end) - Date.parse(start)) / DAY + 1;
    const first = pantau.addDays(start, direction * length);
    if (first <= today) pantau.setDates(first, pantau.addDays(end, direction * length));
  };

  pantau.shiftMonth = function (isoDate, months) {
    const [year, month] = isoDate.split("-").map(Number);
    return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
  };

  pantau.isWholeMonth = function (start, end) {
    return Boolean(start && end && start.endsWith("-01") &&
      end === pantau.addDays(pantau.shiftMonth(start, 1), -1));
  };
})();
