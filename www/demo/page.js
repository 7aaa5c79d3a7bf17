/** The element of the page that has this id. */
export const find = (id) => document.getElementById(id);

/**
 * An element with properties and children. Text becomes text nodes: what a server says is never read as HTML.
 *
 * @param {string} name
 * @param {object} [properties] of the element; `dataset` is copied entry by entry
 * @param {...(Node | string)} children
 */
export function element(name, { dataset, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/** Shows a text in an element, or hides the element if there is none. */
export function tell(id, text) {
  find(id).textContent = text ?? "";
  find(id).hidden = !text;
}

/** Tells those who don't see the page of something that others see. */
export function announce(text) {
  find("news").textContent = text;
}
