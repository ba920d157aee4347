/* Marks on the map for the keyboard: one tab stop, arrows go from mark to mark, and the focus
   survives that they are drawn anew. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const map = (pantau.map = pantau.map || {});
  const marks = new WeakMap(); // element → {id, latlng}
  const NEAR = 48; // px within which another mark stands for the one that had the focus
  let lost = null, settling = null;

  map.mark = function (marker, words, id) {
    marker.on("add", () => {
      const element = marker.getElement();
      marks.set(element, { id: id, latlng: marker.getLatLng() });
      element.tabIndex = -1;
      element.setAttribute("aria-label", words);
      clearTimeout(settling);
      settling = setTimeout(settle, 0);
    });
    marker.on("keypress", (event) => {
      if (event.originalEvent.key !== "Enter" && event.originalEvent.key !== " ") return;
      event.originalEvent.preventDefault();
      marker.fire("click");
    });
    return marker;
  };

  /* Before new ones are drawn: which mark has the focus. */
  map.beforeMarks = function () {
    if (marks.has(document.activeElement)) lost = marks.get(document.activeElement);
  };

  function all() {
    const frame = map.instance.getContainer().getBoundingClientRect();
    return [...map.instance.getPane("points").querySelectorAll(".point-frame")]
      .map((element) => {
        const box = element.getBoundingClientRect();
        return { element: element, x: box.left + box.width / 2, y: box.top + box.height / 2 };
      })
      .filter((one) => one.x > frame.left && one.x < frame.right && one.y > frame.top && one.y < frame.bottom);
  }

  function makeStop(element) {
    map.instance.getPane("points").querySelectorAll(".point-frame[tabindex='0']")
      .forEach((other) => { other.tabIndex = -1; });
    element.tabIndex = 0;
  }

  function settle() {
    if (!map.instance) return;
    const shown = all();
    if (!shown.length) return;
    const again = lost && find(shown, lost);
    makeStop((again || shown[0]).element);
    if (again && document.activeElement === document.body) again.element.focus({ preventScroll: true });
    lost = null;
  }

  function find(shown, wanted) {
    const same = wanted.id && shown.find((one) => marks.get(one.element).id === wanted.id);
    if (same) return same;
    const at = map.instance.latLngToContainerPoint(wanted.latlng);
    const far = (one) => map.instance.latLngToContainerPoint(marks.get(one.element).latlng).distanceTo(at);
    const nearest = shown.reduce((best, one) => (far(one) < far(best) ? one : best));
    return far(nearest) <= NEAR ? nearest : null;
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  document.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow || !marks.has(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const shown = all();
    const from = shown.find((one) => one.element === event.target);
    if (!from) return;
    const along = (one) => (one.x - from.x) * arrow[0] + (one.y - from.y) * arrow[1];
    const aside = (one) => Math.abs((one.x - from.x) * arrow[1]) + Math.abs((one.y - from.y) * arrow[0]);
    const next = shown.filter((one) => along(one) > 0 && aside(one) <= 2 * along(one))
      .sort((one, other) => along(one) + 2 * aside(one) - along(other) - 2 * aside(other))[0];
    if (!next) return;
    makeStop(next.element);
    next.element.focus({ preventScroll: true });
  }, true);
})();
