/** The list of keyboard shortcuts as a modal dialog. */
import { html, type TemplateResult } from 'lit';
import { ref, type Ref } from 'lit/directives/ref.js';
import { shortcuts } from './keyboard.ts';

/** Closed until the element that `dialog` gets is shown. */
export function helpDialog(dialog: Ref<HTMLDialogElement>): TemplateResult {
  return html`<dialog ${ref(dialog)} class="help" aria-label="Keyboard shortcuts">
    <h2>Keyboard shortcuts</h2>
    <dl tabindex="0">
      ${shortcuts.map(
        ({ label, title }) =>
          html`<div>
            <dt>${label.split(', ').map((key) => html`<kbd>${key}</kbd>`)}</dt>
            <dd>${title}</dd>
          </div>`,
      )}
    </dl>
    <form method="dialog"><button class="primary" autofocus>Close</button></form>
  </dialog>`;
}
