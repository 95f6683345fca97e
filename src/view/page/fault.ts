// SPDX-License-Identifier: GPL-2.0-only
// A page that can not be shown.

import { html, render } from 'lit-html';

/** Say that the page is broken, and nothing else. */
export function showFault(root: HTMLElement, what: string): void {
  render(html`<p class="notice" role="alert">This page can not be shown: ${what}</p>`, root);
}
