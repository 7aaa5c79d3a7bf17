import { CHOICES } from "./choices.js";
import { element, find } from "./page.js";

/** One of the demo's switches: a group of radio buttons in a fieldset of the page, and what the chosen one means. */
export class Switch {
  #fieldset;
  #meaning;
  #choices;

  /**
   * @param {keyof typeof CHOICES} name also the fieldset's id
   * @param {string} chosen
   * @param {(value: string) => void} onChange
   */
  constructor(name, chosen, onChange) {
    this.#choices = CHOICES[name];
    this.#fieldset = find(name, HTMLFieldSetElement);
    this.#meaning = element("p", {
      id: `${name}-meaning`,
      className: "meaning soft",
    });
    const radios = Object.entries(this.#choices).map(([value, choice]) =>
      element(
        "label",
        {},
        element("input", {
          type: "radio",
          name,
          value,
          dataset: { testid: `${name}-${value}` },
          onchange: () => {
            this.show(value);
            onChange(value);
          },
        }),
        element("span", {}, choice.name),
      ),
    );
    const group = element("div", { className: "choices" }, ...radios);
    this.#fieldset.append(group, this.#meaning);
    this.#fieldset.setAttribute("aria-describedby", this.#meaning.id);
    this.show(chosen);
  }

  /**
   * What isn't among the choices leaves them all unchosen.
   *
   * @param {string} value
   */
  show(value) {
    for (const radio of this.#fieldset.querySelectorAll("input")) {
      radio.checked = radio.value === value;
    }
    this.#meaning.textContent = this.#choices[value]?.meaning ?? "";
  }

  /** @param {boolean} isDisabled */
  set disabled(isDisabled) {
    this.#fieldset.disabled = isDisabled;
  }
}
