/* Ages grow older by themselves: "4 min ago" is five a minute later, though nothing happened.
   The units are those of data/i18n.py, format_duration. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const EVERY = 10000; // ms
  const MINUTE = 60, HOUR = 3600, DAY = 86400;

  function duration(seconds, templates) {
    const units = [[90, 1], [90 * MINUTE, MINUTE], [72 * HOUR, HOUR], [Infinity, DAY]];
    const index = units.findIndex(([below]) => seconds < below);
    const number = seconds / units[index][1];
    const digits = index > 1 && number < 99.5 ? 1 : 0;
    const words = new Intl.NumberFormat(document.documentElement.lang, {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }).format(number);
    return templates[index].replace("{n}", words);
  }

  function grow() {
    const places = document.querySelectorAll("[data-ago]");
    if (!places.length || pantau.isOffline) return;
    const texts = pantau.config().texts, now = pantau.now() / 1000;
    places.forEach((place) => {
      const words = texts.ago.replace("{duration}", duration(Math.max(now - place.dataset.ago, 0), texts.durations));
      if (place.textContent !== words) place.textContent = words;
    });
  }

  setInterval(grow, EVERY);
})();
