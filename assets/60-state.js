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
  const DAY = 86400000;

  pantau.state = { query: "", view: {}, lists: {}, period: null, start: null, end: null };
  pantau.view = null; // {lat, lon, zoom} once the reader has moved the map

  pantau.setValue = function (id, value) {
    clientside.set_props(id, { value: value });
  };

  pantau.addDays = function (isoDate, days) {
    return new Date(Date.parse(isoDate + "T00:00:00Z") + days * DAY).toISOString().slice(0, 10);
  };

  /* Choose one value of a facet, or give it up when it is the only one chosen. */
  pantau.toggle = function (facet, value, add) {
    const chosen = pantau.state.lists[facet] || [];
    const without = chosen.filter((one) => one !== value);
    const has = without.length < chosen.length;
    pantau.setValue(CONTROLS[facet], add ? (has ? without : [...chosen, value])
      : has && chosen.length === 1 ? [] : [value]);
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
    pantau.setPeriod(DEFAULT_PERIOD);
  };

  pantau.setPeriod = function (period) {
    pantau.setValue("filter-start", null);
    pantau.setValue("filter-end", null);
    pantau.setValue("filter-period", period);
  };

  /* The URL of what is seen, below any address of this site. */
  pantau.search = function () {
    const { query, view } = pantau.state;
    const parts = new URLSearchParams(query);
    if (view.measure) parts.set("measure", view.measure);
    if (view.level) parts.set("level", view.level);
    if (view.compare && view.compare !== "off") parts.set("compare", view.compare);
    if (view.layers) parts.set("layers", view.layers.join(","));
    if (pantau.view) {
      parts.set("lat", pantau.view.lat.toFixed(5));
      parts.set("lon", pantau.view.lon.toFixed(5));
      parts.set("zoom", String(pantau.view.zoom));
    }
    if (pantau.isWall) parts.set("wall", "1");
    return "?" + parts.toString().replaceAll("%2C", ",");
  };

  pantau.writeUrl = function () {
    window.history.replaceState(window.history.state, "", window.location.pathname + pantau.search());
    document.querySelectorAll("a[data-export]").forEach((link) => {
      const parts = new URLSearchParams(pantau.state.query);
      if (link.dataset.export.startsWith("map")) {
        parts.set("measure", pantau.state.view.measure || "");
        parts.set("level", pantau.state.view.level || "");
        parts.set("compare", pantau.state.view.compare || "off");
        parts.set("layers", (pantau.state.view.layers || []).join(","));
        if (pantau.map.bounds()) parts.set("bbox", pantau.map.bounds());
        parts.set("theme", document.documentElement.dataset.bsTheme);
        parts.set("lang", document.documentElement.lang);
      }
      link.href = "/export/" + link.dataset.export + "?" + parts;
    });
  };

  clientside.pantau = {
    /* URL → controls. Only at the first load and when the reader goes back or forward. */
    readUrl: function (search, periods) {
      const none = clientside.no_update;
      if (pantau.hasRead && (!search || search === pantau.search())) return Array(12).fill(none);
      pantau.hasRead = true;
      const url = new URLSearchParams(search || "");
      const list = (key) => [...new Set(url.getAll(key).filter(Boolean))];
      const date = (key) => (isFinite(Date.parse(url.get(key))) ? url.get(key) : null);
      let period = periods.some((option) => option.value === url.get("period")) ? url.get("period") : null;
      const start = date("start");
      const end = date("end");
      if (start || end) period = null;
      else if (!period) period = DEFAULT_PERIOD;
      const lat = parseFloat(url.get("lat"));
      const lon = parseFloat(url.get("lon"));
      const zoom = parseFloat(url.get("zoom"));
      if (isFinite(lat) && isFinite(lon) && isFinite(zoom)) {
        pantau.view = { lat: lat, lon: lon, zoom: zoom };
        if (pantau.map.show) pantau.map.show(pantau.view);
      }
      pantau.isWall = url.get("wall") === "1";
      if (pantau.isWall && window.innerWidth >= 1920) {
        document.documentElement.classList.add("wall", "filters-folded");
        clientside.set_props("scale", { data: 2 });
      }
      return [
        period, start, end ? pantau.addDays(end, -1) : null,
        ...LISTS.map(list),
        url.get("overdue") === "1" ? ["1"] : [],
        url.get("q") || "",
        date("as_of"),
      ];
    },

    /* What was seen last, else what the URL says → the controls over the map. */
    readView: function (search, measures, levels, compares, ...now) {
      const known = pantau.state.view;
      const url = new URLSearchParams(search || "");
      const pick = (key, options, otherwise) => {
        const wanted = known[key] || url.get(key);
        return options.some((option) => option.value === wanted) ? wanted : otherwise;
      };
      const [measure, level, compare, layers] = now;
      const shown = known.layers || (url.has("layers") ? url.get("layers").split(",").filter(Boolean) : layers);
      return [
        pick("measure", measures, measure), pick("level", levels, level),
        pick("compare", compares, compare), shown,
      ];
    },

    composeView: function (measure, level, compare, layers, before) {
      const order = Object.keys(pantau.config().layers);
      const view = {
        measure: measure, level: level, compare: compare,
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
      overdue, text, asOf, queryBefore
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
      if (asOf) parts.set("as_of", asOf);
      const query = parts.toString();
      pantau.state = { query, view: pantau.state.view, lists, period, start, end };
      pantau.writeUrl();
      return query === queryBefore ? clientside.no_update : query;
    },
  };
})();
