/* The legend of the city layers that are shown: title, classes, and what is to be known of them. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});

  /* What a class says; nothing where there is only one. */
  overlays.meaning = function (part, c) {
    const one = part.about && part.about.classes[c], words = overlays.words();
    if (!one || one.kind === "all") return "";
    if (one.kind === "category") return one.text;
    if (one.kind === "other") return words.other;
    if (one.kind === "missing") return words.missing;
    return one.low === one.high ? number(one.low) : number(one.low) + " – " + number(one.high);
  };

  function number(value) {
    return new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 4 }).format(value);
  }

  /* "every 5 min", "old: last had at …", "approximate": what a reader must know before trusting it. */
  overlays.cautions = function (entry) {
    const words = overlays.words(), said = [];
    if (entry.is_approximate) said.push(words.approximate);
    const remote = entry.remote;
    if (remote && (remote.is_stale || remote.is_failing)) {
      const minutes = remote.succeeded_at && (pantau.now() - Date.parse(remote.succeeded_at)) / 60000;
      said.push(minutes ? words.stale.replace("{duration}", duration(minutes)) : words.never);
    }
    return said;
  };

  function duration(minutes) {
    const [unit, value] = minutes < 90 ? ["minute", minutes] : minutes < 2880 ? ["hour", minutes / 60] : ["day", minutes / 1440];
    return new Intl.NumberFormat(document.documentElement.lang,
      { style: "unit", unit: unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(value);
  }

  overlays.drawLegend = function () {
    const place = document.getElementById("overlay-legends");
    if (place) place.replaceChildren(...overlays.fromTop().filter((part) => part.about).map(legend));
  };

  function legend(part) {
    const { entry, about } = part, box = pantau.element("div", "overlay-legend");
    const title = pantau.element("h3", "legend-title", entry.name);
    if (about.classes.length === 1 && about.classes[0].kind === "all") {
      title.prepend(overlays.swatch(entry, about.classes[0].colour));
      title.classList.add("legend-row");
    }
    box.append(title);
    if (entry.style.by) {
      box.append(pantau.element("p", "legend-unit", entry.style.by.field));
      const rows = pantau.element("div", "legend-rows");
      about.classes.forEach((one, c) => {
        const row = pantau.element("div", "legend-row");
        row.append(overlays.swatch(entry, one.colour), pantau.element("span", "legend-range", overlays.meaning(part, c)),
          pantau.element("span", "legend-count", pantau.number(one.n)));
        rows.append(row);
      });
      box.append(rows);
    }
    overlays.cautions(entry).forEach((words) => box.append(pantau.element("p", "legend-note", words)));
    return box;
  }
})();
