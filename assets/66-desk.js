/* Keys, clicks, folding, theme and language: what needs no server. One listener each. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const root = document.documentElement;
  const YEAR = 31536000;
  const NARROW = 600, LOW = 420; // px of map that open boxes would cover

  function remember(key, value) {
    try { localStorage.setItem("pantau-" + key, value); } catch (error) { /* private mode */ }
  }
  function recall(key) {
    try { return localStorage.getItem("pantau-" + key); } catch (error) { return null; }
  }
  function cookie(name, value) {
    document.cookie = name + "=" + value + ";path=/;max-age=" + YEAR + ";samesite=lax";
  }

  /* ---- theme and language ---- */

  function setTheme(theme) {
    root.dataset.bsTheme = theme;
    cookie("pantau_theme", theme);
    clientside.set_props("theme", { data: theme });
    pantau.writeUrl();
  }

  /* ---- folding and drawers ---- */

  const isSmall = (frame) => frame.clientWidth < NARROW || frame.clientHeight < LOW;

  function restore(node) {
    const state = recall("fold-" + node.dataset.fold);
    if (state) node.open = state === "open";
    else if (node.matches(".map-box") && isSmall(node.closest("#map-frame"))) node.open = false;
    node.dataset.restored = "1";
    node.addEventListener("toggle", () => remember("fold-" + node.dataset.fold, node.open ? "open" : "closed"));
  }

  new MutationObserver(() => {
    if (document.querySelector("#filter-toggle:not([aria-expanded])")) tellFilters();
    document.querySelectorAll("details[data-fold]:not([data-restored])").forEach(restore);
    document.querySelectorAll("input[id^='opacity-']:not([data-restored])").forEach((slider) => {
      slider.dataset.restored = "1";
      setOpacity(slider.id.slice(8), recall("opacity-" + slider.id.slice(8)) || slider.value, slider);
    });
  }).observe(root, { childList: true, subtree: true });

  function setOpacity(layer, value, slider) {
    root.style.setProperty("--opacity-" + layer, value / 100);
    if (slider) {
      slider.value = value;
      slider.setAttribute("aria-label", pantau.config().texts.opacity + ": " + pantau.config().layers[layer]);
    }
  }

  /* Narrow pages have the filters in a drawer: all else is out of reach while it is open. */
  const narrow = window.matchMedia("(max-width: 1099px)");

  function openDrawer(show) {
    root.classList.toggle("drawer-open", show);
    const drawer = document.getElementById("filters");
    if (!drawer) return;
    [...drawer.parentElement.children].forEach((part) => {
      if (part !== drawer && part.id !== "drawer-shade" && part.id !== "notice") part.inert = show;
    });
    document.getElementById(show ? "filter-close" : "filter-toggle").focus();
  }

  function showFilters(show) {
    if (narrow.matches) {
      if (show !== areFiltersShown()) openDrawer(show);
    } else {
      root.classList.toggle("filters-folded", !show);
      remember("filters", show ? "open" : "closed");
      setTimeout(() => pantau.map.instance && pantau.map.instance.invalidateSize(), 200);
    }
    tellFilters();
  }
  function areFiltersShown() {
    return root.classList.contains("drawer-open") || !(narrow.matches || root.classList.contains("filters-folded"));
  }
  function tellFilters() {
    const button = document.getElementById("filter-toggle");
    if (!button) return;
    button.setAttribute("aria-expanded", String(areFiltersShown()));
    button.setAttribute("aria-controls", "filters");
  }
  narrow.addEventListener("change", () => {
    if (root.classList.contains("drawer-open")) openDrawer(false);
    tellFilters();
  });
  if (recall("filters") === "closed") root.classList.add("filters-folded");

  /* ---- clicks ---- */

  const CLICKS = {
    "theme-toggle": () => setTheme(root.dataset.bsTheme === "light" ? "dark" : "light"),
    "copy-link": (button) => copyLink(button),
    "help-open": () => document.getElementById("help").showModal(),
    "help-close": () => document.getElementById("help").close(),
    "filter-toggle": () => showFilters(!areFiltersShown()),
    "filter-close": () => showFilters(false),
    "filter-reset": () => pantau.reset(),
    "card-close": () => clientside.set_props("chosen-complaint", { data: null }),
  };

  document.addEventListener("click", (event) => {
    const target = event.target;
    const button = target.closest("button[id]");
    if (button && CLICKS[button.id]) return CLICKS[button.id](button);
    const language = target.closest("[data-language]");
    if (language) {
      cookie("pantau_lang", language.dataset.language);
      return window.location.reload();
    }
    const bar = target.closest("[data-toggle-service]");
    if (bar) return pantau.toggle("service", bar.dataset.toggleService, event.shiftKey || event.ctrlKey || event.metaKey);
    const row = target.closest("[data-toggle-district]");
    if (row) return pantau.toggle("district", row.dataset.toggleDistrict, event.shiftKey || event.ctrlKey || event.metaKey);
    const period = target.closest("[data-period]");
    if (period) return pantau.setPeriod(period.dataset.period);
    const tableButton = target.closest(".table-toggle");
    if (tableButton) {
      const isTable = tableButton.closest(".panel, .legend-box").classList.toggle("as-table");
      clientside.pantau.tabulate();
      pantau.map.tabulate();
      return tableButton.setAttribute("aria-pressed", String(isTable));
    }
    const skip = target.closest("a.skip-link");
    if (skip) {
      event.preventDefault(); // the address is the view's
      return document.getElementById(skip.hash.slice(1)).focus();
    }
    const link = target.closest("a[data-page]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      pantau.go(new URL(link.href).pathname);
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
    if (root.classList.contains("drawer-open") && target.id === "drawer-shade") showFilters(false);
  });

  /* To another page of ours, with the filters. */
  pantau.go = function (path) {
    window.history.pushState({}, "", path + pantau.search());
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  };

  function copyLink(button) {
    const done = () => {
      button.classList.add("done");
      pantau.notice(pantau.config().texts.copied);
      setTimeout(() => button.classList.remove("done"), 1500);
    };
    const address = window.location.href;
    if (navigator.clipboard) return navigator.clipboard.writeText(address).then(done, () => pantau.notice(address));
    pantau.notice(address);
  }

  document.addEventListener("input", (event) => {
    if (!event.target.id.startsWith("opacity-")) return;
    const layer = event.target.id.slice(8);
    setOpacity(layer, event.target.value);
    remember("opacity-" + layer, event.target.value);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "look-up") return;
    event.preventDefault();
    const id = event.target.querySelector("input").value.trim();
    if (id) pantau.go("/complaints/" + encodeURIComponent(id));
  });

  /* ---- keys ---- */

  /* The map's own layers first, then those of the city that bear a key. */
  function toggleLayer(key) {
    const layer = Object.keys(pantau.config().layers)[Number(key) - 1];
    const [code] = [...pantau.overlays.keys()].find((one) => one[1] === key) || [];
    if (!layer && !code) return false;
    const shown = pantau.state.view.layers || [];
    if (layer) pantau.setValue("view-layers", shown.includes(layer) ? shown.filter((one) => one !== layer) : [...shown, layer]);
    else pantau.overlays.show(code, !pantau.overlays.isShown(code));
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) &&
      !/^(range|checkbox|radio)$/.test(event.target.type);
    if (event.key === "Escape") {
      if (root.classList.contains("drawer-open")) showFilters(false);
      document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
      if (document.querySelector(".complaint-card")) clientside.set_props("chosen-complaint", { data: null });
      if (isTyping) event.target.blur();
      return;
    }
    if (isTyping || document.querySelector("dialog[open]")) return;
    const isMap = document.getElementById("map-frame");
    if (event.key === "/") {
      if (isMap) showFilters(true);
      const field = document.getElementById(isMap ? "filter-text" : "look-up-id");
      if (field) field.focus();
    } else if (event.key === "?") CLICKS["help-open"]();
    else if (event.key === "[") pantau.stepPeriod(-1);
    else if (event.key === "]") pantau.stepPeriod(1);
    else if (/^[1-9]$/.test(event.key) && isMap) {
      if (!toggleLayer(event.key)) return;
    } else return;
    event.preventDefault();
  });
})();
