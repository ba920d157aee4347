/* Files on their way to a layer: chosen or dropped, sent with progress, looked at, published.
   What the server finds in them comes as parts that assets/61-draw.js draws. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const upload = (pantau.upload = pantau.upload || {});
  const MB = 1048576;
  const TYPES = { "Content-Type": "application/json" };

  let state = null; // of the upload at work: {panel, id, name, choice, request, asked}

  const at = (id) => document.getElementById(id);
  const say = (template, values) => template.replace(/{(\w+)}/g, (_all, key) => values[key]);
  const panelOf = () => at("layer-upload");
  const texts = () => JSON.parse(panelOf().dataset.texts);
  const isHere = (one) => one === state && one.panel.isConnected;

  /* Asks, and answers what came; throws a sentence for the reader. */
  pantau.ask = function (address, body, method) {
    return fetch(address, {
      method: method || "POST", headers: TYPES, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store",
    }).catch(() => { throw new Error(pantau.config().texts.unreachable); }).then((answer) =>
      answer.json().catch(() => ({})).then((found) => {
        if (!answer.ok) throw new Error(found.error || answer.status + " " + answer.statusText);
        return found;
      }));
  };

  function fault(words) {
    const place = at("layer-fault");
    if (!place) return;
    place.textContent = words || "";
    place.hidden = !words;
  }

  /* Words and a bar; without a share the bar only says that something happens. */
  function working(words, share) {
    const place = at("layer-working");
    if (!place) return;
    place.hidden = !words;
    panelOf().classList.toggle("working", Boolean(words));
    at("layer-progress-words").textContent = words || "";
    const bar = at("layer-progress");
    if (share === undefined) bar.removeAttribute("value");
    else bar.setAttribute("value", String(share));
  }

  function isTooMuch(files) {
    const size = files.reduce((sum, file) => sum + file.size, 0), limit = texts().limit;
    if (size > limit) {
      return say(texts().tooLarge, { size: pantau.number(Math.ceil(size / MB)), limit: pantau.number(limit / MB) });
    }
    if (files.length > texts().files) return say(texts().tooMany, { n: files.length, limit: texts().files });
    return "";
  }

  function send(files) {
    drop();
    fault(isTooMuch(files));
    if (!files.length || isTooMuch(files)) return;
    const name = files.length > 1 ? files[0].name + " + " + (files.length - 1) : files[0].name;
    const one = (state = { panel: panelOf(), id: null, name: name, choice: {}, asked: 0 });
    const form = new FormData();
    files.forEach((file) => form.append("file", file, file.name));
    const request = (one.request = new XMLHttpRequest());
    request.open("POST", "/api/layers/uploads");
    request.upload.onprogress = (event) => {
      if (!isHere(one) || !event.lengthComputable) return;
      const percent = Math.floor((100 * event.loaded) / event.total);
      working(say(texts().sending, { name: name, percent: percent }), percent);
    };
    request.onload = () => {
      if (!isHere(one)) return;
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch (error) { /* said below */ }
      if (request.status !== 201) return stop(one, answer.error || request.status + " " + request.statusText);
      one.id = answer.id;
      look();
    };
    request.onerror = () => stop(one, texts().offline);
    working(say(texts().sending, { name: name, percent: 0 }), 0);
    request.send(form);
  }

  /* The server fetches the file, and again on a schedule once it is published. */
  function fetchFrom(form) {
    drop();
    fault("");
    const { url, every_seconds } = upload.valuesOf(form);
    const one = (state = {
      panel: panelOf(), id: null, name: url, choice: {}, asked: 0, remote: { url: url, every_seconds: Number(every_seconds) },
    });
    working(say(texts().fetching, { name: url }));
    pantau.ask("/api/layers/uploads/fetched", { url: url }).then((answer) => {
      if (!isHere(one)) return;
      one.id = answer.id;
      look();
    }).catch((error) => stop(one, error.message));
  }

  function stop(one, words) {
    if (!isHere(one)) return;
    working("");
    fault(words);
  }

  /* Asks what the files hold by the choices made so far; the last question wins. */
  function look() {
    const one = state, asked = ++one.asked;
    working(say(texts().reading, { name: one.name }));
    fault("");
    pantau.ask("/api/layers/uploads/" + one.id + "/preview", { choice: one.choice, replaces: one.panel.dataset.replaces })
      .then((found) => {
        if (!isHere(one) || asked !== one.asked) return;
        working("");
        at("layer-look").hidden = false;
        one.panel.classList.toggle("from-address", Boolean(one.remote));
        clientside.pantau.draw(found.parts, "layer-preview");
        suggestNames(found.name);
        upload.drawMap(found.sample, texts().noMap);
        upload.listSystems(at("crs-search"));
      })
      .catch((error) => { if (asked === one.asked) stop(one, error.message); });
  }

  /* The file's name, for those who have nothing better to say. */
  function suggestNames(name) {
    const field = document.querySelector("#layer-publish input[name^='name.']");
    const words = name.replace(/[_\-.]+/g, " ").trim();
    if (field && !field.value) field.value = words.charAt(0).toUpperCase() + words.slice(1);
  }

  /* Several answers at once, as a hint gives them. */
  upload.take = function (answers) {
    if (!state || !state.id) return;
    state.choice = { ...state.choice, ...answers };
    look();
  };

  upload.choose = function (key, value) {
    if (!state || !state.id) return;
    const choice = { ...state.choice };
    if (value) choice[key] = value;
    else delete choice[key];
    // What was chosen of another layer or by other columns means nothing now.
    if (key === "layer") { delete choice.latitude; delete choice.longitude; delete choice.wkt; delete choice.records; }
    if (key === "wkt" && value) { delete choice.latitude; delete choice.longitude; }
    if ((key === "latitude" || key === "longitude") && value) {
      delete choice.wkt;
      for (const other of ["latitude", "longitude"]) {
        const select = document.querySelector("[data-choice='" + other + "']");
        if (select && select.value) choice[other] = select.value;
      }
    }
    state.choice = choice;
    const isHalf = Boolean(choice.latitude) !== Boolean(choice.longitude);
    if (!isHalf) look();
  };

  function publish(form) {
    const one = state;
    if (!one || !one.id) return;
    const kept = [...document.querySelectorAll("[data-keep-field]")];
    const body = { ...upload.valuesOf(form), choice: one.choice, ...one.remote };
    if (!one.remote && kept.some((box) => !box.checked)) body.fields = kept.filter((box) => box.checked).map((box) => box.value);
    if (one.panel.dataset.replaces) body.replaces = one.panel.dataset.replaces;
    working(say(texts().publishing, { name: one.name }));
    fault("");
    pantau.ask("/api/layers/uploads/" + one.id + "/publish", body).then((made) => {
      if (!isHere(one)) return;
      working("");
      pantau.notice(say(texts().published, { name: made.name, n: pantau.number(made.features) }));
      one.id = null;
      close();
      upload.changed();
    }).catch((error) => stop(one, error.message));
  }

  /* Another file, or none: what the server holds of this one may go. */
  function drop() {
    if (state && state.request) state.request.abort();
    if (state && state.id) pantau.ask("/api/layers/uploads/" + state.id, undefined, "DELETE").catch(() => {});
    state = null;
    close();
  }

  function close() {
    if (!panelOf()) return;
    at("layer-look").hidden = true;
    clientside.pantau.draw([], "layer-preview");
    upload.dropMap();
    working("");
    const field = at("layer-files");
    if (field) field.value = "";
  }

  upload.changed = function () {
    clientside.set_props("layers-changed", { data: Date.now() });
  };

  document.addEventListener("change", (event) => {
    const target = event.target;
    if (target.id === "layer-files") send([...target.files]);
    else if (target.dataset && target.dataset.choice) upload.choose(target.dataset.choice, target.value);
  });

  document.addEventListener("click", (event) => {
    const taken = event.target.closest("[data-take]");
    if (taken) return upload.take(JSON.parse(taken.dataset.take));
    const button = event.target.closest("button[id]");
    if (!button) return;
    if (button.id === "layer-cancel" || button.id === "layer-discard") { drop(); fault(""); }
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "layer-publish" && event.target.id !== "layer-address") return;
    event.preventDefault();
    (event.target.id === "layer-publish" ? publish : fetchFrom)(event.target);
  });

  /* A file dropped beside the zone must not replace the page. */
  const hasFiles = (event) => panelOf() && event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  const light = (isOver) => { const zone = at("layer-drop-zone"); if (zone) zone.classList.toggle("over", isOver); };

  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    light(Boolean(event.target.closest("#layer-upload")));
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) light(false); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    light(false);
    const fold = event.target.closest(".layer-fold, #layer-upload");
    if (fold) send([...event.dataTransfer.files]);
  });
})();
