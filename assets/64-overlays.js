/* City layers on the map: which are shown, in which order, and the part of each that is in view.
   Their kin: -parts what the server sends, -draw the pictures, -icons, -labels, -touch hover and
   click, -box the list, -legend, -card and -search. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});
  const LOOK = 15000; // ms between two looks at the catalogue
  const ONE = /^([a-z0-9][a-z0-9-]{0,63})(?::(\d{1,3}))?$/;

  overlays.catalogue = null; // code → what the server says of the layer, by name
  overlays.shown = []; // {code, opacity}, bottom first
  overlays.parts = new Map(); // code → what is drawn

  let asking = null, askedAt = 0, failed = false;

  overlays.words = function () {
    const place = document.getElementById("overlays");
    if (!place) return null;
    if (!place.words) place.words = JSON.parse(place.dataset.words);
    return place.words;
  };

  /* ---- the address ---- */

  /* "rivers:80,roads" → what is shown; gives back what means nothing. */
  overlays.read = function (text) {
    const dropped = [], shown = new Map();
    (text || "").split(",").filter(Boolean).forEach((one) => {
      const [, code, opacity] = ONE.exec(one) || [];
      const isSound = code && !(Number(opacity) > 100) && (!overlays.catalogue || overlays.catalogue.has(code));
      if (isSound && !shown.has(code)) shown.set(code, { code: code, opacity: opacity ? Number(opacity) : 100 });
      else dropped.push("overlay=" + one.slice(0, 40));
    });
    overlays.shown = [...shown.values()];
    overlays.refresh();
    return dropped;
  };

  overlays.text = function () {
    return overlays.shown.map(({ code, opacity }) => opacity === 100 ? code : code + ":" + opacity).join(",");
  };

  /* A link may name a layer that is gone: said once the catalogue is there. */
  function dropUnknown() {
    const unknown = overlays.shown.filter(({ code }) => !overlays.catalogue.has(code));
    if (!unknown.length) return;
    overlays.shown = overlays.shown.filter(({ code }) => overlays.catalogue.has(code));
    pantau.leaveOut(unknown.map(({ code }) => "overlay=" + code));
    pantau.writeUrl();
  }

  /* ---- what a hand does ---- */

  overlays.isShown = (code) => overlays.shown.some((one) => one.code === code);

  overlays.show = function (code, isShown) {
    if (isShown === overlays.isShown(code)) return;
    overlays.shown = isShown
      ? [...overlays.shown, { code: code, opacity: 100 }]
      : overlays.shown.filter((one) => one.code !== code);
    overlays.changed();
  };

  /* One place up (+1) or down (-1) in the drawing. */
  overlays.move = function (code, step) {
    const from = overlays.shown.findIndex((one) => one.code === code), to = from + step;
    if (from < 0 || to < 0 || to >= overlays.shown.length) return;
    const order = [...overlays.shown];
    [order[from], order[to]] = [order[to], order[from]];
    overlays.shown = order;
    overlays.changed();
  };

  overlays.fade = function (code, opacity) {
    overlays.shown = overlays.shown.map((one) => one.code === code ? { code: code, opacity: opacity } : one);
    overlays.changed();
  };

  overlays.changed = function () {
    pantau.writeUrl();
    overlays.refresh();
  };

  /* ---- the catalogue ---- */

  /* Its names are in the reader's language; a 304 costs nothing. */
  overlays.look = function () {
    if (asking) return asking;
    askedAt = Date.now();
    asking = fetch("/api/layers.json?lang=" + document.documentElement.lang, { cache: "no-cache" })
      .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
      .then(({ layers }) => {
        failed = false;
        overlays.catalogue = new Map(layers.map((layer) => [layer.code, layer]));
        dropUnknown();
        overlays.refresh();
      })
      .catch((error) => {
        if (!failed && !pantau.isOffline && overlays.words()) pantau.notice(overlays.words().catalogueFailed, error);
        failed = true;
      })
      .finally(() => { asking = null; });
    return asking;
  };

  setInterval(() => {
    if (!document.hidden && document.getElementById("overlays")) overlays.look();
  }, LOOK);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - askedAt > LOOK && document.getElementById("overlays")) overlays.look();
  });

  /* ---- the picture ---- */

  overlays.refresh = function () {
    const leaflet = pantau.map.instance;
    if (!leaflet || !leaflet._loaded || !overlays.words()) return;
    if (!overlays.catalogue) { overlays.look(); return; }
    overlays.parts.forEach((part, code) => {
      if (part.leaflet === leaflet && overlays.isShown(code)) return;
      part.end();
      overlays.parts.delete(code);
    });
    overlays.shown.forEach(({ code, opacity }, place) => {
      if (!overlays.catalogue.has(code)) return;
      if (!overlays.parts.has(code)) overlays.parts.set(code, overlays.begin(code, leaflet));
      const part = overlays.parts.get(code);
      part.place(place, opacity);
      part.fetch();
    });
    overlays.tell();
  };

  /* What the pictures say beside the map. */
  overlays.tell = function () {
    overlays.drawBox();
    overlays.drawLegend();
    overlays.drawLabels();
    overlays.followCard();
    const place = document.getElementById("overlay-note");
    if (!place) return;
    const capped = overlays.shown.map(({ code }) => overlays.parts.get(code))
      .filter((part) => part && part.about && part.about.capped);
    place.textContent = capped.map((part) => overlays.words().capped
      .replace("{layer}", overlays.catalogue.get(part.code).name)
      .replace("{shown}", pantau.number(part.about.shown))
      .replace("{total}", pantau.number(part.about.total))).join(" · ");
  };

  /* Shown layers with their pictures, top first. */
  overlays.fromTop = function () {
    return overlays.shown.map(({ code }) => overlays.parts.get(code)).filter(Boolean).reverse();
  };
})();
