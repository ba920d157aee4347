/* Calendar dates as "2026-10-31": what is one, and which come before and after. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const DAY = 86400000;
  const DATE = /^(19|2\d)\d\d-\d\d-\d\d$/; // the years that the server knows
  const INSTANT = /^((19|2\d)\d\d-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/;

  pantau.addDays = function (isoDate, days) {
    return new Date(Date.parse(isoDate + "T00:00:00Z") + days * DAY).toISOString().slice(0, 10);
  };

  /* "2026-02-30" is no day. */
  pantau.isDate = function (text) {
    if (!DATE.test(text || "")) return false;
    const day = new Date(text + "T00:00:00Z");
    return isFinite(day) && day.toISOString().slice(0, 10) === text;
  };

  /* An instant that says its offset. */
  pantau.isInstant = function (text) {
    const found = INSTANT.exec(text);
    return Boolean(found) && pantau.isDate(found[1]) && isFinite(Date.parse(text));
  };

  /* The same date a year earlier; 29 February becomes 28 February. */
  pantau.yearBefore = function (isoDate) {
    const earlier = Number(isoDate.slice(0, 4)) - 1 + isoDate.slice(4);
    return pantau.isDate(earlier) ? earlier : earlier.slice(0, 8) + "28";
  };

  pantau.shiftMonth = function (isoDate, months) {
    const [year, month] = isoDate.split("-").map(Number);
    return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
  };
})();
