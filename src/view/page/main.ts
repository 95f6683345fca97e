// SPDX-License-Identifier: GPL-2.0-only
// Where a page begins: its data is read, and the app is started with it.

import type { PageData } from '#view/model/data';
import { readLink } from '#view/model/link';
import { App, showFault } from './app.ts';

function text(id: string): string {
  return document.getElementById(id)?.textContent ?? '';
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
    await new App(data, root, text('worker')).go(readLink(location.hash));
  } catch (error) {
    showFault(root, faultText(error));
  }
}

void start();
