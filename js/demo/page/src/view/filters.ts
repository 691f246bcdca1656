import { html, render, type TemplateResult } from 'lit-html';

import { FIELDS, type Atlas, type Field, type Filter } from '../atlas.js';
import { grouped } from '../naming.js';

function options(atlas: Atlas, field: Field, chosen: string | undefined): TemplateResult {
  return html`<option value="" ?selected=${chosen === undefined}>any</option>
    ${atlas
      .values(field)
      .map(
        ([value, count]) =>
          html`<option value=${value} ?selected=${value === chosen}>
            ${value} (${grouped(count)})
          </option>`,
      )}`;
}

/** The selects of the filters. */
export class Filters {
  readonly #fieldset: HTMLFieldSetElement;
  readonly #atlas: Atlas;

  constructor(fieldset: HTMLFieldSetElement, atlas: Atlas, onChange: () => void) {
    this.#fieldset = fieldset;
    this.#atlas = atlas;
    this.show({});
    fieldset.disabled = false;
    fieldset.addEventListener('change', onChange);
  }

  /** Sets the selects. Throws for a value that no pattern has. */
  show(filter: Filter): void {
    for (const field of FIELDS) {
      const chosen = filter[field];
      const known = this.#atlas.values(field).some(([value]) => value === chosen);
      if (chosen !== undefined && !known) throw new Error(`No test has the ${field} “${chosen}”.`);
      const select = this.#select(field);
      render(options(this.#atlas, field, chosen), select);
      select.value = chosen ?? '';
    }
  }

  /** What is chosen. */
  read(): Filter {
    const filter: Filter = {};
    for (const field of FIELDS) {
      const { value, selectedIndex } = this.#select(field);
      if (selectedIndex > 0) filter[field] = value;
    }
    return filter;
  }

  #select(field: Field): HTMLSelectElement {
    return this.#fieldset.elements.namedItem(field) as HTMLSelectElement;
  }
}
