/* "Near and inside" in the filter panel: a row for every condition on a layer. One without a layer
   is a draft: shown, but no part of the filter. A field counts once its value is chosen. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const places = (pantau.places = pantau.places || {});
  const STEPS = [50, 100, 200, 250, 500, 1000, 2000, 5000, 10000, 20000, 50000];
  const PAUSE = 300; // ms after the last press of − or +
  const USUAL_METRES = 200;
  const values = {}; // address → promise of the values of a field
  let rows = [], pending = null;

  /* ---- small parts ---- */

  const words = () => places.config().texts;

  function button(part, label, picture, act) {
    const made = pantau.element("button", "icon-button small");
    made.type = "button";
    made.title = label;
    made.dataset.part = part;
    made.setAttribute("aria-label", label);
    made.append(pantau.element("span", "icon icon-" + picture));
    made.addEventListener("click", act);
    return made;
  }

  function select(part, label, options, chosen, act) {
    const made = pantau.element("select", "place-select");
    made.dataset.part = part;
    made.setAttribute("aria-label", label);
    options.forEach(([value, word]) => {
      const option = pantau.element("option", "", word);
      option.value = value;
      made.append(option);
    });
    made.value = chosen;
    made.addEventListener("change", () => act(made.value));
    return made;
  }

  const line = (...parts) => {
    const made = pantau.element("div", "place-line");
    made.append(...parts.filter(Boolean));
    return made;
  };

  /* A number of metres with the usual steps; `act(metres, isLast)` hears every change. */
  places.metresField = function (label, value, act) {
    const { largest } = places.config();
    const input = pantau.element("input", "place-metres");
    Object.assign(input, { type: "number", min: 0, max: largest, step: "any", value: value, inputMode: "decimal" });
    input.dataset.part = "metres";
    input.setAttribute("aria-label", label);
    const put = (metres, isLast) => {
      const sound = Math.min(Math.max(metres, 0), largest);
      input.value = sound;
      act(sound, isLast);
    };
    const step = (direction) => {
      const now = Number(input.value) || 0;
      const next = direction > 0 ? STEPS.find((one) => one > now) : STEPS.findLast((one) => one < now);
      put(next === undefined ? now : next, false);
    };
    input.addEventListener("change", () => {
      if (input.value === "" || !isFinite(input.valueAsNumber)) input.value = value;
      else put(input.valueAsNumber, true);
    });
    return [
      button("less", words().less, "dash", () => step(-1)), input,
      pantau.element("span", "place-unit", "m"), button("more", words().more, "plus", () => step(1)),
    ];
  };

  /* ---- the rows ---- */

  const isWhole = (row) => Boolean(row.layer);

  function commit(pause) {
    clearTimeout(pending);
    pending = setTimeout(() => {
      pending = null;
      places.setConditions(rows.filter(isWhole).map(places.text));
    }, pause);
  }

  function change(row, news) {
    Object.assign(row, news);
    const layer = places.layer(row.layer);
    if (layer && !places.canBe(row.kind, layer)) Object.assign(row, { layer: "", field: null, value: null });
    if (places.hasMetres(row.kind) && row.metres === null) row.metres = USUAL_METRES;
    commit(0);
    draw();
  }

  function drawRow(row, place) {
    const made = pantau.element("div", isWhole(row) ? "place-row" : "place-row draft");
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", words().condition.replace("{n}", place + 1));
    const kinds = Object.entries(places.config().kinds);
    made.append(line(
      select("kind", words().kind, kinds, row.kind, (kind) => change(row, { kind: kind })),
      ...(places.hasMetres(row.kind) ? places.metresField(words().metres, row.metres, (metres, isLast) => {
        row.metres = metres;
        commit(isLast ? 0 : PAUSE);
      }) : []),
    ));
    const layers = places.layers.filter((layer) => places.canBe(row.kind, layer)).map((layer) => [layer.code, layer.name]);
    if (row.layer && !places.layer(row.layer)) layers.push([row.layer, words().gone.replace("{code}", row.layer)]);
    made.append(line(select(
      "layer", words().layer, [["", words().chooseLayer], ...layers], row.layer,
      (layer) => change(row, { layer: layer, field: null, value: null }),
    ), button("remove", words().remove, "x-lg", () => remove(row))));
    const layer = places.layer(row.layer);
    if (layer && layer.fields.length) made.append(whereLine(row, layer));
    return made;
  }

  function whereLine(row, layer) {
    const fields = [["", row.field ? words().all : words().where], ...layer.fields.map((field) => [field, field])];
    const made = line(select(
      "field", words().field, fields, row.field || "",
      (field) => change(row, { field: field || null, value: null }),
    ));
    made.classList.add("place-where");
    if (row.field) {
      made.append(pantau.element("span", "place-unit", "="));
      const holder = pantau.element("span", "place-value");
      made.append(holder);
      drawValues(row, layer, holder);
    }
    return made;
  }

  /* All values where they are few, else a field that offers the commonest that fit. */
  function drawValues(row, layer, holder) {
    const known = row.value === null ? [] : [[row.value, row.value || words().empty]];
    const choose = (value) => { if (value !== row.value) change(row, { value: value }); };
    const draw = (found) => {
      const isFocused = holder.contains(document.activeElement);
      holder.replaceChildren(found.total > found.values.length ? typed(row, layer, found, choose)
        : chosen(row, found, choose));
      if (isFocused) holder.firstElementChild.focus();
    };
    draw({ values: known.map(([value]) => [value, null]), total: known.length });
    fetchValues(layer, row.field, "").then((found) => { if (holder.isConnected) draw(found); })
      .catch((error) => pantau.notice(words().valuesFailed, error));
  }

  function chosen(row, found, choose) {
    const options = found.values.map(([value, n]) =>
      ["=" + value, (value || words().empty) + (n === null ? "" : " (" + pantau.number(n) + ")")]);
    if (row.value !== null && !found.values.some(([value]) => value === row.value)) options.push(["=" + row.value, row.value]);
    if (row.value === null) options.unshift(["", words().chooseValue]);
    return select("value", words().value, options, row.value === null ? "" : "=" + row.value,
      (value) => value && choose(value.slice(1)));
  }

  function typed(row, layer, found, choose) {
    const made = pantau.element("span", "place-value");
    const input = pantau.element("input", "place-text"), offers = pantau.element("datalist");
    offers.id = "place-values-" + rows.indexOf(row);
    Object.assign(input, { type: "text", value: row.value || "", placeholder: words().chooseValue, autocomplete: "off" });
    input.setAttribute("list", offers.id);
    input.setAttribute("aria-label", words().value);
    input.dataset.part = "value";
    const offer = (values) => offers.replaceChildren(...values.map(([value]) => {
      const option = pantau.element("option");
      option.value = value;
      return option;
    }));
    offer(found.values);
    let asked = null;
    input.addEventListener("input", () => {
      clearTimeout(asked);
      asked = setTimeout(() => fetchValues(layer, row.field, input.value)
        .then((fitting) => offer(fitting.values)).catch(() => { /* what is offered stays */ }), PAUSE);
    });
    input.addEventListener("change", () => choose(input.value));
    made.append(input, offers);
    return made;
  }

  function fetchValues(layer, field, containing) {
    const address = "/api/layers/" + layer.code + "/values.json?" +
      new URLSearchParams({ field: field, q: containing, v: layer.version });
    if (!values[address]) {
      values[address] = fetch(address)
        .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
        .catch((error) => { delete values[address]; throw error; });
    }
    return values[address];
  }

  function remove(row) {
    const place = rows.indexOf(row);
    rows = rows.filter((one) => one !== row);
    commit(0);
    draw();
    const left = document.querySelectorAll("#place-rows [data-part=remove]");
    (left[Math.min(place, left.length - 1)] || document.getElementById("place-add")).focus();
  }

  function add() {
    rows.push({ kind: "near", layer: "", metres: USUAL_METRES, field: null, value: null });
    draw();
    const all = document.querySelectorAll("#place-rows [data-part=layer]");
    all[all.length - 1].focus();
  }

  function draw() {
    const holder = document.getElementById("place-rows");
    if (!holder) return;
    const focused = document.activeElement;
    const at = holder.contains(focused) && [[...holder.children].indexOf(focused.closest(".place-row")), focused.dataset.part];
    holder.replaceChildren(...rows.map(drawRow));
    if (at) {
      const again = holder.children[at[0]] && holder.children[at[0]].querySelector("[data-part=" + at[1] + "]");
      if (again) again.focus();
    }
    document.getElementById("place-add").hidden = !places.layers.length;
    document.getElementById("place-none").hidden = places.layers.length > 0;
  }

  /* What is chosen elsewhere, as by going back, replaces the rows; what is chosen here is here. */
  let drawnLayers = null;
  places.drawRows = function () {
    if (pending) return;
    const texts = places.conditions(), layers = JSON.stringify(places.layers);
    const isOurs = JSON.stringify([...new Set(rows.filter(isWhole).map(places.text))]) === JSON.stringify(texts);
    if (isOurs && layers === drawnLayers) return;
    drawnLayers = layers;
    if (!isOurs) rows = texts.map(places.parse).filter(Boolean);
    draw();
  };

  places.reset = function () {
    clearTimeout(pending);
    pending = null;
    rows = [];
    places.stopDrawing();
    places.set([]);
    draw();
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("#place-add")) add();
  });
})();
