/* Lists and legends, drawn as plain elements from what the server composed of html components.
   Dash's renderer asks every component it holds at every change of any other: two hundred of them
   cost a reader more than all else that follows a choice. */
(function () {
  "use strict";

  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const ATTRIBUTES = { className: "class", htmlFor: "for" };

  const listOf = (children) =>
    (Array.isArray(children) ? children.flat(Infinity) : [children]).filter((child) => child !== null && child !== undefined);

  /* Nodes are kept where they can be, so that focus stays and only what is new pulses. */
  function fill(parent, children) {
    const old = [...parent.childNodes];
    const byKey = new Map(old.filter((node) => node.key).map((node) => [node.key, node]));
    const drawn = listOf(children).map((child, place) => {
      const key = child.props && child.props.key;
      return draw(child, key ? byKey.get(key) : old[place]);
    });
    const kept = new Set(drawn);
    old.forEach((node) => { if (!kept.has(node)) node.remove(); });
    drawn.forEach((node, place) => {
      if (parent.childNodes[place] !== node) parent.insertBefore(node, parent.childNodes[place] || null);
    });
  }

  function draw(child, old) {
    if (!child.props) {
      const text = old && old.nodeType === Node.TEXT_NODE ? old : document.createTextNode("");
      if (text.data !== String(child)) text.data = String(child); // never HTML: names come from outside
      return text;
    }
    const isSame = old && old.nodeName === child.type.toUpperCase() && (old.key || null) === (child.props.key || null);
    const node = isSame ? old : document.createElement(child.type);
    const { children, key, style, ...props } = child.props;
    node.key = key;
    const wanted = new Map(
      Object.entries(props).filter(([, value]) => value !== null).map(([name, value]) => [ATTRIBUTES[name] || name, String(value)]),
    );
    [...node.attributes].forEach(({ name }) => { if (!wanted.has(name)) node.removeAttribute(name); });
    wanted.forEach((value, name) => { if (node.getAttribute(name) !== value) node.setAttribute(name, value); });
    Object.assign(node.style, style);
    fill(node, children);
    return node;
  }

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    draw: function (parts, place) {
      const parent = document.getElementById(place);
      if (!parent || !parts) return;
      fill(parent, parts);
      parent.removeAttribute("aria-busy");
    },
  });
})();
