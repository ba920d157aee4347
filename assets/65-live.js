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

  let day = null, isRefused = false;
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
    if (wasOffline || isRefused) banner("");
    pantau.isOffline = isRefused = false;
    const isNew = seq !== null && (answer.changed || answer.seq !== seq);
    seq = answer.seq;
    if (isNew || wasOffline) changed(answer);
    if (wasOffline) clientside.set_props("returned", { data: Date.now() }); // a page that failed
    const today = pantau.today();
    if (day && day !== today) changed(answer); // periods that roll have other dates now
    day = today;
    if (answer.version && answer.version !== pantau.config().version) renew(answer.version);
  }

  /* Other boundaries or services than this page was made with. The address holds what is seen, so it
     is simply loaded anew: once for each version, and not by every open page at the same moment. */
  function renew(version) {
    try {
      if (sessionStorage.getItem("pantau-version") === version) return;
      sessionStorage.setItem("pantau-version", version);
    } catch (error) { return; } // private mode: it could not tell the second time from the first
    setTimeout(() => window.location.reload(), 2000 + Math.random() * 6000);
  }

  function banner(words) {
    const place = document.getElementById("offline");
    place.textContent = words;
    place.hidden = !words;
    document.documentElement.classList.toggle("offline", Boolean(words));
  }

  /* There, but not pleased: nothing new will be shown, so the page must not claim to be live. */
  function refused(status) {
    if (isRefused) return;
    isRefused = true;
    banner(pantau.config().texts.refused.replace("{status}", status));
  }

  function offline() {
    failures += 1;
    offlineSince = offlineSince && failures > 1 ? offlineSince : pantau.now();
    if (failures < FAILURES || pantau.isOffline) return;
    pantau.isOffline = true;
    isRefused = false;
    banner(pantau.config().texts.offline
      .replace("{time}", clock(offlineSince) + " " + pantau.config().zoneName));
  }

  function poll() {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), 8000);
    if (seq === null) seq = pantau.config().seq;
    fetch("/api/live?since=" + seq + "&" + pantau.state.query, { signal: limit.signal, cache: "no-store" })
      .then((answer) => {
        if (answer.status >= 400 && answer.status < 500) return refused(answer.status);
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
    document.dispatchEvent(new CustomEvent("pantau:notice"));
    const place = document.getElementById("notice-line");
    if (!place) return;
    place.textContent = words;
    place.hidden = false;
    clearTimeout(pantau.noticeTimer);
    pantau.noticeTimer = setTimeout(() => { place.hidden = true; }, 8000);
  };

  /* Parts of a link that mean nothing here, told in one line whoever finds them. */
  let leftOut = [];
  pantau.leaveOut = function (parts) {
    if (!parts.length) return;
    if (document.getElementById("notice-line").hidden) leftOut = [];
    leftOut = [...new Set([...leftOut, ...parts])];
    pantau.notice(pantau.config().texts.dropped.replace("{parts}", leftOut.join(", ")));
  };

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    /* What the server has to say goes the same way as what the scripts do. */
    say: function (said) {
      if (said) pantau.notice(said.words);
    },

    /* A tab, a bookmark and a history entry are told apart by what is seen. */
    entitle: function (sentence, path) {
      pantau.title = pantau.title || document.title;
      document.title = sentence && path === "/" ? sentence + " · Pantau" : pantau.title;
    },
  });

  /* The page is drawn by scripts: begin when its frame is there. */
  const wait = setInterval(() => {
    if (!document.getElementById("page-config")) return;
    clearInterval(wait);
    tick();
    poll();
  }, 50);
})();
