/* Saved views: the dialog that keeps or changes one, and what the list offers. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  let changing = null; // slug of the view that the dialog changes; null: a new one

  const part = (id) => document.getElementById(id);

  function send(method, address, body) {
    return fetch(address, {
      method: method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
    }).then((answer) => answer.json().catch(() => ({})).then((found) => {
      if (!answer.ok) throw new Error(found.error || String(answer.status));
      return found;
    }));
  }

  function tell(changed) {
    clientside.set_props("views-changed", { data: { at: Date.now(), slug: changed.slug } });
  }

  function open(view) {
    changing = view ? view.slug : null;
    const texts = pantau.config().texts;
    part("view-dialog-title").textContent = view ? texts.changeView : texts.saveView;
    part("view-sentence").textContent = view ? "" : part("sentence").textContent;
    clientside.set_props("view-name", { value: view ? view.name : "" });
    clientside.set_props("view-figure", { value: view ? view.figure : "received" });
    clientside.set_props("view-limit", { value: view && view.limit !== "" ? Number(view.limit) : null });
    clientside.set_props("view-shared", { value: view && view.shared ? ["1"] : [] });
    part("view-problem").textContent = "";
    part("view-dialog").showModal();
    part("view-name").focus();
  }

  function chosenFigure() {
    const chosen = document.querySelector("#view-figure input:checked");
    const all = [...document.querySelectorAll("#view-figure input")];
    return ["received", "open", "overdue"][Math.max(all.indexOf(chosen), 0)];
  }

  function save() {
    const limit = part("view-limit").value;
    const body = {
      name: part("view-name").value,
      figure: chosenFigure(),
      alert_above: limit === "" ? null : Number(limit),
      is_shared: Boolean(document.querySelector("#view-shared input:checked")),
    };
    if (changing === null) body.search = pantau.search();
    const isNew = changing === null;
    send(isNew ? "POST" : "PATCH", "/api/views" + (isNew ? "" : "/" + changing), body).then((view) => {
      part("view-dialog").close();
      if (isNew) pantau.notice(pantau.config().texts.viewSaved.replace("{name}", view.name));
      tell(view);
    }).catch((error) => { part("view-problem").textContent = error.message; });
  }

  /* The button that was pressed goes: whoever pressed it by a key is not sent back to the start. */
  const nameOf = (card) => card.querySelector("h3 a");
  function leave(card) {
    const next = card.nextElementSibling || card.previousElementSibling;
    const place = next ? nameOf(next) : document.querySelector(".views-page h2");
    if (!next) place.tabIndex = -1;
    place.focus();
  }

  const ACTIONS = {
    change: (view) => open(view),
    copy: (view) => {
      const address = window.location.origin + "/v/" + view.slug;
      const done = () => pantau.notice(pantau.config().texts.copied);
      if (navigator.clipboard) return navigator.clipboard.writeText(address).then(done, () => pantau.notice(address));
      pantau.notice(address);
    },
    seen: (view, card) => {
      send("POST", "/api/views/" + view.slug + "/seen").then(() => { tell(view); nameOf(card).focus(); })
        .catch((error) => pantau.notice(error.message));
    },
    delete: (view, card) => {
      if (!window.confirm(pantau.config().texts.deleteView.replace("{name}", view.name))) return;
      send("DELETE", "/api/views/" + view.slug).then(() => { tell(view); leave(card); })
        .catch((error) => pantau.notice(error.message));
    },
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("#view-save-open")) return open(null);
    if (event.target.closest("#view-save-close")) return part("view-dialog").close();
    const button = event.target.closest("[data-view-action]");
    if (button) {
      const { view, name, figure, limit, shared } = button.dataset;
      return ACTIONS[button.dataset.viewAction]({ slug: view, name, figure, limit, shared }, button.closest(".view-card"));
    }
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "view-form") return;
    event.preventDefault();
    save();
  });
})();
