/**
 * The element of the page that has this id.
 *
 * @template {Element} [Kind=HTMLElement]
 * @param {string} id
 * @param {new () => Kind} [kind] of element, where its properties matter
 * @returns {Kind}
 */
export function find(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof (kind ?? HTMLElement)))
    throw new TypeError(`The page has no such element as "${id}".`);
  return /** @type {Kind} */ (/** @type {Element} */ (found));
}

/**
 * An element with properties and children. Text becomes text nodes: what a server says is never read as HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<Omit<HTMLElementTagNameMap[Name], "dataset">> & { dataset?: Record<string, string> }} [properties] of the
 *   element; `dataset` is copied entry by entry
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, { dataset, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/**
 * Shows a text in an element, or hides the element if there is none.
 *
 * @param {string} id
 * @param {string | null} [text]
 */
export function tell(id, text) {
  find(id).textContent = text ?? "";
  find(id).hidden = !text;
}

/**
 * Tells those who don't see the page of something that others see.
 *
 * @param {string | null} text
 */
export function announce(text) {
  find("news").textContent = text;
}
