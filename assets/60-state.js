/* The state of the page is the controls; the URL mirrors them and is read on load.
   Functions in dash_clientside.pantau are callbacks; Python names them by ClientsideFunction. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});

  const LISTS = ["service", "group", "status", "channel", "unit", "district"];
  const CONTROLS = {
    service: "filter-services",
    group: "filter-groups",
    status: "filter-statuses",
    channel: "filter-channels",
    unit: "filter-units",
    district: "filter-districts",
  };
  const DEFAULT_PERIOD = "90d";
  const ZOOMS = [7, 18];
  const RESTORING = 800; // ms after "back" in which the controls follow the address
  const ONE_STEP = 400; // ms in which several controls change as one

  let steppedAt = 0, restoredAt = -RESTORING, wasTooLong = false;

  pantau.state = { query: "", view: {}, lists: {}, period: null, start: null, end: null };
  pantau.view = null; // {lat, lon, zoom} once the reader has moved the map

  pantau.setValue = function (id, value) {
    clientside.set_props(id, { value: value });
  };

  /* Choose one value of a facet, or give it up when it is the only one chosen. */
  pantau.toggle = function (facet, value, add) {
    const chosen = pantau.state.lists[facet] || [];
    const without = chosen.filter((one) => one !== value);
    const has = without.length < chosen.length;
    pantau.setValue(CONTROLS[facet], add ? (has ? without : [...chosen, value])
      : has && chosen.length === 1 ? [] : [value]);
  };

  /* A double click on a chart that can be brushed; `chart` is heard once, however often drawn. */
  pantau.onDeselect = function (id, undo) {
    const chart = document.querySelector("#" + id + " .js-plotly-plot");
    if (!chart || chart.dataset.heard) return;
    chart.dataset.heard = "1";
    chart.on("plotly_deselect", undo); // only ever sent by a double click
  };

  pantau.setDates = function (start, lastDay) {
    clientside.set_props("filter-period", { value: null });
    clientside.set_props("filter-start", { value: start });
    clientside.set_props("filter-end", { value: lastDay });
  };

  pantau.reset = function () {
    LISTS.forEach((facet) => pantau.setValue(CONTROLS[facet], []));
    pantau.setValue("filter-overdue", []);
    pantau.setValue("filter-text", "");
    clientside.set_props("filter-as-of", { data: null });
    pantau.places.reset();
    pantau.setPeriod(DEFAULT_PERIOD);
  };

  pantau.setPeriod = function (period) {
    pantau.setValue("filter-start", null);
    pantau.setValue("filter-end", null);
    pantau.setValue("filter-period", period);
  };

  /* Separators as they are: an address is read by people, too. */
  pantau.legible = function (parts) {
    return parts.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%3B", ";").replaceAll("%3D", "=");
  };

  /* The URL of what is seen, below any address of this site. */
  pantau.search = function () {
    const { query, view } = pantau.state;
    const parts = new URLSearchParams(query);
    if (view.measure) parts.set("measure", view.measure);
    if (view.level) parts.set("level", view.level);
    if (view.compare && view.compare !== "off") parts.set("compare", view.compare);
    if (view.second) parts.set("second", view.second);
    if (view.areas) parts.set("areas", view.areas);
    if (view.layers) parts.set("layers", view.layers.join(","));
    if (pantau.overlays.shown.length) parts.set("overlay", pantau.overlays.text());
    if (pantau.view) {
      parts.set("lat", pantau.view.lat.toFixed(5));
      parts.set("lon", pantau.view.lon.toFixed(5));
      parts.set("zoom", String(pantau.view.zoom));
    }
    if (pantau.isWall) parts.set("wall", "1");
    return "?" + pantau.legible(parts);
  };

  /* Whether a server takes the address, with all separators escaped as tiles ask for it. */
  pantau.fits = function (search) {
    return new URLSearchParams(search).toString().length <= pantau.config().longestLink;
  };

  /* A new filter is a step that "back" undoes; a moved map is not. */
  pantau.writeUrl = function (isStep) {
    const address = window.location.pathname + pantau.search();
    const isTooLong = !pantau.fits(pantau.search());
    if (isTooLong && !wasTooLong) pantau.notice(pantau.config().texts.tooLong);
    wasTooLong = isTooLong;
    const now = performance.now();
    const isNew = isStep && address !== window.location.pathname + window.location.search &&
      now - steppedAt > ONE_STEP && !isRestoring();
    if (isStep) steppedAt = now;
    const whole = address + (isNew ? "" : window.location.hash);
    window.history[isNew ? "pushState" : "replaceState"](window.history.state, "", whole);
    document.querySelectorAll("a[data-export]").forEach((link) => {
      const parts = new URLSearchParams(pantau.state.query);
      if (link.dataset.export.startsWith("map")) {
        parts.set("measure", pantau.state.view.measure || "");
        parts.set("level", pantau.state.view.level || "");
        parts.set("compare", pantau.state.view.compare || "off");
        if (pantau.state.view.second) parts.set("second", pantau.state.view.second);
        if (pantau.state.view.areas) parts.set("areas", pantau.state.view.areas);
        parts.set("layers", (pantau.state.view.layers || []).join(","));
        if (pantau.overlays.shown.length) parts.set("overlay", pantau.overlays.text());
        if (pantau.map.bounds()) parts.set("bbox", pantau.map.bounds());
        parts.set("theme", document.documentElement.dataset.bsTheme);
      }
      parts.set("lang", document.documentElement.lang);
      link.href = "/export/" + link.dataset.export + "?" + pantau.legible(parts);
    });
  };

  function isRestoring() { return performance.now() - restoredAt < RESTORING; }

  /* Back and forward: the address is right, and the controls follow. Dash hears of a step only
     where the address differs from the last it knew, so tell it. */
  window.addEventListener("popstate", () => {
    restoredAt = performance.now();
    const search = window.location.search;
    setTimeout(() => clientside.set_props("location", { search: search }), 0);
  });

  clientside.pantau = {
    /* URL → controls. Only at the first load and when the reader goes back or forward.
       What means nothing here is left out, and said. */
    readUrl: function (search, periods, services, groups, channels, units, layers) {
      const none = clientside.no_update;
      if (pantau.hasRead && (!search || search === pantau.search())) return Array(13).fill(none);
      pantau.hasRead = true;
      const url = new URLSearchParams(search || "");
      const dropped = [];
      const sound = (key, value, isSound) => {
        if (value && !isSound) dropped.push(key + "=" + value.slice(0, 40));
        return value && isSound ? value : null;
      };
      const values = (options) => (options || []).map((option) => option.value);
      const known = {
        service: values(services), group: values(groups), channel: values(channels), unit: values(units),
        status: Object.keys(pantau.config().statuses), district: Object.keys(pantau.config().tree),
      };
      const list = (key) => [...new Set(url.getAll(key))]
        .filter((code) => sound(key, code, known[key].includes(code)));
      const date = (key) => sound(key, url.get(key), pantau.isDate(url.get(key)));
      let period = sound("period", url.get("period"), values(periods).includes(url.get("period")));
      const start = date("start");
      let end = date("end");
      if (start && end) end = sound("end", end, start < end);
      const asOf = (url.get("as_of") || "").replace(" ", "+"); // a plus that was not escaped
      if (start || end) period = null;
      else if (!period) period = DEFAULT_PERIOD;
      const number = (key, low, high) => {
        const value = Number(url.get(key));
        return sound(key, url.get(key), value >= low && value <= high) === null ? NaN : value;
      };
      const instant = sound("as_of", asOf, pantau.isInstant(asOf));
      const through = sound("through", url.get("through"), asOf && /^\d{1,18}$/.test(url.get("through")));
      const lat = number("lat", -85, 85);
      const lon = number("lon", -180, 180);
      const zoom = number("zoom", 0, 30);
      if (isFinite(lat) && isFinite(lon) && isFinite(zoom)) {
        pantau.view = { lat: lat, lon: lon, zoom: Math.min(Math.max(zoom, ZOOMS[0]), ZOOMS[1]) };
        if (pantau.map.show) pantau.map.show(pantau.view);
      }
      pantau.isWall = url.get("wall") === "1";
      if (pantau.isWall && window.innerWidth >= 1920) {
        document.documentElement.classList.add("wall", "filters-folded");
        clientside.set_props("scale", { data: 2 });
      }
      const read = [
        period, start, end ? pantau.addDays(end, -1) : null,
        ...LISTS.map(list),
        sound("overdue", url.get("overdue"), /^[01]$/.test(url.get("overdue"))) === "1" ? ["1"] : [],
        (url.get("q") || "").slice(0, 200),
        instant && [instant, through],
        pantau.places.read(url, layers, sound),
      ];
      dropped.push(...pantau.overlays.read(url.get("overlay")));
      pantau.leaveOut(dropped);
      return read;
    },

    /* What was seen last, else what the URL says → the controls over the map. After "back" the URL
       is right. */
    readView: function (search, measures, levels, compares, seconds, areas, ...now) {
      const known = isRestoring() ? {} : pantau.state.view;
      const url = new URLSearchParams(search || "");
      const dropped = [];
      const has = (options, wanted) => (options || []).some((option) => option.value === wanted);
      const sound = (key, wanted, isSound) => {
        if (wanted && !isSound) dropped.push(key + "=" + wanted.slice(0, 40));
        return wanted && isSound ? wanted : null;
      };
      const pick = (key, options, otherwise) => {
        const wanted = known[key] || url.get(key) || (isRestoring() && key === "compare" && "off");
        return sound(key, wanted, has(options, wanted)) || otherwise;
      };
      /* Of a layer an address may ask more than the list offers, such as another distance. */
      const optional = (key, options) => {
        const wanted = key in known ? known[key] : url.get(key);
        return sound(key, wanted, wanted && (has(options, wanted) || has(options, wanted.replace(/:[\d.]+$/, ":200"))));
      };
      const [measure, level, compare, , , layers] = now;
      const shown = known.layers || (url.has("layers") ? url.get("layers").split(",").filter(Boolean) : layers);
      const read = [
        pick("measure", measures, measure), pick("level", levels, level), pick("compare", compares, compare),
        optional("second", seconds), optional("areas", areas), shown,
      ];
      pantau.leaveOut(dropped);
      return read;
    },

    composeView: function (measure, level, compare, second, areas, layers, before) {
      const order = Object.keys(pantau.config().layers);
      const view = {
        measure: measure, level: level, compare: compare, second: second || null, areas: areas || null,
        layers: order.filter((layer) => (layers || []).includes(layer)),
      };
      pantau.state.view = view;
      pantau.writeUrl();
      document.documentElement.dataset.layers = view.layers.join(" ");
      return JSON.stringify(view) === JSON.stringify(before) ? clientside.no_update : view;
    },

    /* Controls → filter, view and URL. */
    compose: function (
      period, start, end, services, groups, statuses, channels, units, districts,
      overdue, text, past, places, queryBefore
    ) {
      const triggered = (clientside.callback_context.triggered || []).map((one) => one.prop_id);
      const byDates = triggered.some((id) => /^filter-(start|end)/.test(id));
      const byPeriod = triggered.some((id) => id.startsWith("filter-period"));
      if (period && byDates && !byPeriod && (start || end)) {
        period = null;
        pantau.setValue("filter-period", null);
      } else if (period && (start || end)) {
        start = end = null;
        pantau.setValue("filter-start", null);
        pantau.setValue("filter-end", null);
      } else if (!period && !start && !end) {
        period = byDates ? "all" : pantau.state.period || DEFAULT_PERIOD;
        pantau.setValue("filter-period", period);
      }
      if (!pantau.isDate(start)) start = null; // a date still being typed, such as in the year 2
      if (!pantau.isDate(end)) end = null;
      if (start && end && end < start) [start, end] = [end, start];
      const lists = {
        service: services, group: groups, status: statuses,
        channel: channels, unit: units, district: districts,
      };
      const parts = new URLSearchParams();
      if (period) parts.set("period", period);
      if (start) parts.set("start", start);
      if (end) parts.set("end", pantau.addDays(end, 1));
      LISTS.forEach((key) => (lists[key] || []).forEach((code) => parts.append(key, code)));
      if ((overdue || []).length) parts.set("overdue", "1");
      if ((text || "").trim()) parts.set("q", text.trim());
      if (past) parts.set("as_of", past[0]);
      if (past && past[1]) parts.set("through", past[1]);
      pantau.places.write(places, parts);
      const query = parts.toString();
      const isStep = Boolean(queryBefore) && query !== queryBefore;
      pantau.state = { query, view: pantau.state.view, lists, period, start, end };
      pantau.writeUrl(isStep);
      return query === queryBefore ? clientside.no_update : query;
    },
  };
})();
