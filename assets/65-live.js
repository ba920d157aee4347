/* Follows the newest event number. Panels are recomputed when it grows, and only then. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const POLL = 1000; // ms
  const POLL_HIDDEN = 5000; // ms, while nobody looks
  const HEAVY = 5000; // ms at least between two refreshes of the slow panels
  const FAILURES = 2; // in a row, until the page says so
  const PULSE = 8000; // ms for which an arrival counts as new

  let seq = null, failures = 0, heavyAt = 0, heavyTimer = null, skew = 0, offlineSince = null;
  pantau.arrivals = new Map(); // id → when it came
  pantau.isOffline = false;

  pantau.calm = function () {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  };

  pantau.now = function () {
    return new Date(Date.now() + skew);
  };

  pantau.today = function () {
    const parts = new Intl.DateTimeFormat("en-CA", {
      timeZone: pantau.config().zone, year: "numeric", month: "2-digit", day: "2-digit",
    });
    return parts.format(pantau.now());
  };

  function clock(instant, withSeconds) {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone: pantau.config().zone, hour: "2-digit", minute: "2-digit",
      ...(withSeconds ? { second: "2-digit" } : {}),
    }).format(instant);
  }

  function refreshHeavy() {
    heavyAt = Date.now();
    heavyTimer = null;
    clientside.set_props("live-slow", { data: { seq: seq } });
  }

  function changed(answer) {
    const now = Date.now();
    pantau.arrivals.forEach((at, id) => { if (now - at > PULSE) pantau.arrivals.delete(id); });
    (answer.new || []).forEach((one) => {
      const id = typeof one === "object" ? one.id : one;
      if (!pantau.arrivals.has(id)) pantau.arrivals.set(id, now);
    });
    clientside.set_props("live", { data: { seq: seq, arrived: [...pantau.arrivals.keys()] } });
    pantau.map.refreshPoints();
    if (!heavyTimer) heavyTimer = setTimeout(refreshHeavy, Math.max(0, heavyAt + HEAVY - now));
  }

  function online(answer) {
    skew = Date.parse(answer.now) - Date.now();
    failures = 0;
    const wasOffline = pantau.isOffline;
    if (wasOffline) {
      pantau.isOffline = false;
      document.documentElement.classList.remove("offline");
      document.getElementById("offline").hidden = true;
    }
    const isNew = seq !== null && (answer.changed || answer.seq !== seq);
    seq = answer.seq;
    if (isNew || wasOffline) changed(answer);
  }

  function offline() {
    failures += 1;
    offlineSince = offlineSince && failures > 1 ? offlineSince : pantau.now();
    if (failures < FAILURES || pantau.isOffline) return;
    pantau.isOffline = true;
    document.documentElement.classList.add("offline");
    const banner = document.getElementById("offline");
    banner.textContent = pantau.config().texts.offline
      .replace("{time}", clock(offlineSince) + " " + pantau.config().zoneName);
    banner.hidden = false;
  }

  function poll() {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), 8000);
    if (seq === null) seq = pantau.config().seq;
    fetch("/api/live?since=" + seq + "&" + pantau.state.query, { signal: limit.signal, cache: "no-store" })
      .then((answer) => {
        if (answer.status >= 400 && answer.status < 500) return null; // there, but not pleased
        if (!answer.ok) throw new Error(answer.status);
        return answer.json();
      })
      .then((answer) => answer && online(answer), offline)
      .finally(() => {
        clearTimeout(timer);
        setTimeout(poll, document.hidden ? POLL_HIDDEN : POLL);
      });
  }

  function tick() {
    const place = document.getElementById("clock");
    if (place) {
      place.textContent = clock(pantau.isOffline ? offlineSince : pantau.now(), !pantau.isOffline) + " " + pantau.config().zoneName;
    }
    setTimeout(tick, 1000 - (pantau.now() % 1000));
  }

  pantau.notice = function (words, error) {
    if (error) console.warn(words, error);
    const place = document.getElementById("notice");
    if (!place) return;
    place.textContent = words;
    place.hidden = false;
    clearTimeout(pantau.noticeTimer);
    pantau.noticeTimer = setTimeout(() => { place.hidden = true; }, 8000);
  };

  /* The page is drawn by scripts: begin when its frame is there. */
  const wait = setInterval(() => {
    if (!document.getElementById("page-config")) return;
    clearInterval(wait);
    tick();
    poll();
  }, 50);
})();
