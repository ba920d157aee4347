/* The daily series: choosing days on it, stepping through time, and its table. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const DAY = 86400000;
  let brushed = null; // first and last day drawn on the series
  let before = null; // the period it took the place of

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
      pantau.onDeselect("series", unbrush);
      const days = ((selected || {}).points || []).map((point) => String(point.x).slice(0, 10)).sort();
      if (!days.length) return;
      const { period, start, end } = pantau.state;
      if (!isBrushed()) before = { period, start, end };
      brushed = [days[0], days[days.length - 1]];
      pantau.setDates(...brushed);
    },
  });

  /* Whether the period is still the one that was drawn, not one chosen since. */
  function isBrushed() {
    const { period, start, end } = pantau.state;
    return Boolean(brushed) && !period && start === brushed[0] && end === brushed[1];
  }

  function unbrush() {
    if (!isBrushed()) return;
    brushed = null;
    if (before.period) pantau.setPeriod(before.period);
    else pantau.setDates(before.start, before.end);
  }

  /* "[" and "]": the same length of time, earlier or later, and never beyond today. Months and
     years stay whole; the present one ends today. */
  pantau.stepPeriod = function (direction) {
    const today = pantau.today();
    const dates = pantau.datesOf(today);
    if (!dates) return;
    let [start, end] = dates;
    const months = pantau.state.period === "12m" ? 0 : pantau.wholeMonths(start, end, today);
    if (months) {
      start = pantau.shiftMonth(start, direction * months);
      if (start > today) return;
      end = pantau.addDays(pantau.shiftMonth(start, months), -1);
      if (end >= today) return pantau.setPeriod(months === 12 ? "year" : "month");
    } else {
      const length = (Date.parse(end) - Date.parse(start)) / DAY + 1;
      end = pantau.addDays(end, direction * length);
      if (end > today) end = today;
      start = pantau.addDays(end, 1 - length);
      if (start === dates[0]) return;
    }
    pantau.setDates(start, end);
  };

  /* First and last day of what is chosen; null where it has no beginning. */
  pantau.datesOf = function (today) {
    const { period, start, end } = pantau.state;
    const days = { today: 1, "7d": 7, "30d": 30, "90d": 90 }[period];
    if (days) return [pantau.addDays(today, 1 - days), today];
    if (period === "month") return [today.slice(0, 8) + "01", today];
    if (period === "year") return [today.slice(0, 4) + "-01-01", today];
    if (period === "last-month") {
      const first = pantau.shiftMonth(today, -1);
      return [first, pantau.addDays(pantau.shiftMonth(first, 1), -1)];
    }
    if (period === "12m") return [pantau.yearBefore(pantau.addDays(today, 1)), today];
    return start ? [start, end || today] : null;
  };

  /* 1 for a calendar month, 12 for a calendar year, 0 for other dates. */
  pantau.wholeMonths = function (start, end, today) {
    if (start.endsWith("-01-01") && isUpTo(12)) return 12;
    return start.endsWith("-01") && isUpTo(1) ? 1 : 0;

    function isUpTo(months) {
      const last = pantau.addDays(pantau.shiftMonth(start, months), -1);
      return end === last || (end === today && today < last && months === unitOf(pantau.state.period));
    }
  };

  function unitOf(period) { return { month: 1, year: 12 }[period]; }
})();
