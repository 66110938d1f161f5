/** Elements by id and new ones. Text is only ever set as text. */

/**
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id of an element that is there
 * @returns {T}
 */
export const at = (id) => /** @type {T} */ (document.getElementById(id));

/**
 * A new element.
 * @param {string} tag
 * @param {{className?: string} & Record<string, string | boolean | undefined>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "className") {
      element.className = String(value);
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children);
  return element;
}

/**
 * A list of facts; those without a value are left out.
 * @param {Array<[string, string | Node | null | undefined]>} facts
 */
export function facts(facts) {
  const list = el("dl", { className: "facts" });
  for (const [name, value] of facts) {
    if (value !== null && value !== undefined && value !== "") {
      list.append(el("dt", {}, name), el("dd", {}, value));
    }
  }
  return list;
}

/**
 * Sets a text only where it is another, so that nothing is read out again.
 * @param {Element} element
 * @param {string} text
 */
export function put(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * Shows a message, or takes it away.
 * @param {string} id
 * @param {string} message empty for none
 */
export function tell(id, message) {
  put(at(id), message);
  at(id).hidden = message === "";
}
