/* All that a feature says, as text. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});
  const cards = new Map(); // address → promise of what a feature says
  const KEPT = 200;

  overlays.chosen = null; // {code, number, version} of the open card

  overlays.ask = function (part, number) {
    return ask(part.code, number, part.version);
  };

  function ask(code, number, version) {
    const address = "/api/layers/" + code + "/" + number + ".json?v=" + version;
    if (!cards.has(address)) {
      if (cards.size >= KEPT) cards.delete(cards.keys().next().value);
      cards.set(address, fetch(address)
        .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
        .catch((error) => { cards.delete(address); throw error; }));
    }
    return cards.get(address);
  }

  overlays.openCard = function (code, number, version) {
    const mine = (overlays.chosen = { code: code, number: number, version: version });
    overlays.drawLabels();
    ask(code, number, version).then((found) => {
      if (overlays.chosen === mine) draw(code, found);
    }).catch((error) => {
      if (overlays.chosen === mine) overlays.closeCard();
      if (error.message === "409") overlays.look(); // replaced: its numbers mean others now
      pantau.notice(overlays.words().cardFailed, error);
    });
  };

  overlays.closeCard = function () {
    overlays.chosen = null;
    const place = document.getElementById("overlay-card");
    if (place) place.replaceChildren();
    overlays.drawLabels();
  };

  /* A layer that went, or was replaced, takes its card along. */
  overlays.followCard = function () {
    const chosen = overlays.chosen;
    if (!chosen) return;
    const entry = overlays.catalogue.get(chosen.code);
    if (!entry || entry.version !== chosen.version || !overlays.isShown(chosen.code)) overlays.closeCard();
  };

  function draw(code, found) {
    const entry = overlays.catalogue.get(code), words = overlays.words();
    const place = document.getElementById("overlay-card");
    if (!place || !entry) return;
    const card = pantau.element("section", "map-box overlay-card"), head = pantau.element("div", "card-head");
    const close = pantau.element("button", "icon-button small");
    close.type = "button";
    close.title = words.close;
    close.setAttribute("aria-label", words.close);
    close.append(pantau.element("span", "icon icon-x-lg"));
    close.addEventListener("click", overlays.closeCard);
    head.append(pantau.element("h3", "", found.label || words.unnamed.replace("{n}", found.number + 1)), close);
    const of = pantau.element("p", "overlay-of");
    of.append(overlays.swatch(entry, entry.style.colour), entry.name);
    const facts = pantau.element("dl", "facts");
    found.properties.forEach(([name, text]) => fact(facts, name, text === "" ? "–" : text));
    if (found.length !== null) fact(facts, words.length, length(found.length));
    if (found.area !== null) fact(facts, words.area, area(found.area));
    card.append(head, of, facts);
    overlays.cautions(entry).forEach((text) => card.append(pantau.element("p", "legend-note", text)));
    if (entry.source) card.append(pantau.element("p", "legend-note", words.source.replace("{source}", entry.source)));
    place.replaceChildren(card);
  }

  function fact(facts, name, text) {
    facts.append(pantau.element("dt", "", name), pantau.element("dd", "", text));
  }

  function digits(value) {
    return new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 3 }).format(value);
  }
  function length(metres) { return metres < 1000 ? digits(metres) + " m" : digits(metres / 1000) + " km"; }
  function area(metres) {
    return metres < 10000 ? digits(metres) + " m²" : metres < 1e6 ? digits(metres / 1e4) + " ha" : digits(metres / 1e6) + " km²";
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && overlays.chosen) overlays.closeCard();
  });
})();
