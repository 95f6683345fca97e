// SPDX-License-Identifier: GPL-2.0-only
// Where a page begins: its data is read, and the app is started with it.

import type { PageData } from '#view/model/data';
import { readLink } from '#view/model/link';
import { App } from './app.ts';
import { showFault } from './fault.ts';

function text(id: string): string {
  return document.getElementById(id)?.textContent ?? '';
}

/** The text that was compressed into @base64. */
async function decompressed(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(plain).text();
}

const root = document.getElementById('app')!;
// What fails after the start, in answer to a key or the worker, is told as well.
addEventListener('error', ({ message }) => showFault(root, message));
addEventListener('unhandledrejection', ({ reason }) => showFault(root, faultText(reason)));

function faultText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function start(): Promise<void> {
  try {
    const data = JSON.parse(text('data')) as PageData;
    if (data.format !== 'racewindow/page@1') throw new Error('its data has another format');
    const worker = await decompressed(text('worker'));
    await new App(data, root, worker).go(readLink(location.hash));
  } catch (error) {
    showFault(root, faultText(error));
  }
}

void start();
