// SPDX-License-Identifier: GPL-2.0-only
// A browser, and pages of findings that are made here.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Finding } from '#finding/finding';
import { retold } from '#run/told';
import { filePage } from '#view/build';
import { pageHtml } from '#view/html';
import type { PageViews } from '#view/model/views';
import { withPalette } from './palette.ts';

/** The top of the checkout. */
export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Debian's browser, headless. */
async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A folder for the files of a test, and a way to open them. */
export class Pages {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'racewindow-pages-'));

  /** The address of a page with @findings. */
  write(name: string, findings: readonly Finding[], views?: PageViews): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, pageHtml(filePage(findings.map(retold), name, [], views)));
    return pathToFileURL(file).href;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What a page did that it should not. */
interface Watched {
  readonly requests: string[];
  readonly faults: string[];
}

/** Note what @page asks of the network, and what goes wrong in it. */
function watch(page: Page): Watched {
  const watched: Watched = { requests: [], faults: [] };
  page.on('request', (r) => {
    if (!/^(file|blob|data|about):/.test(r.url())) watched.requests.push(r.url());
  });
  page.on('pageerror', (e) => watched.faults.push(e.message));
  page.on('console', (m) => {
    if (m.type() === 'error') watched.faults.push(m.text());
  });
  page.on('dialog', (d) => {
    watched.faults.push(`dialog ${d.message()}`);
    void d.dismiss();
  });
  return watched;
}

/** What each test of a file has of its own: a page that asks nothing of the network. */
export class Tab {
  readonly pages = new Pages();
  context!: BrowserContext;
  page!: Page;
}

/** One browser for the tests of a file, and for each a page of @width by @height. */
export function openTabs(width: number, height: number): Tab {
  const tab = new Tab();
  let browser: Browser | undefined;
  let watched: Watched[] = [];
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    tab.pages.remove();
  });
  beforeEach(async () => {
    tab.context = await browser!.newContext({ viewport: { width, height } });
    watched = [];
    tab.context.on('page', (page) => watched.push(watch(page)));
    tab.page = await tab.context.newPage();
  });
  afterEach(async () => {
    for (const page of watched) expect(page).toEqual({ requests: [], faults: [] });
    await tab.context.close();
  });
  return tab;
}

/** Wait until the checker of @page can be asked, or says that it can not. */
export async function ready(page: Page): Promise<string> {
  const engine = page.locator('#engine:not([data-engine=starting])');
  await engine.waitFor();
  return (await engine.getAttribute('data-engine')) ?? '';
}

/** Follow a link to @hash within @page, as a reader does; its place is drawn when this ends. */
export async function follow(page: Page, hash: string): Promise<void> {
  // A browser tells a page of a new hash only after goto() has ended: a key could be faster.
  await page.evaluate(
    async (to) =>
      new Promise<void>((done) => {
        if (location.hash === to) return done();
        addEventListener('hashchange', () => requestAnimationFrame(() => done()), { once: true });
        location.hash = to;
      }),
    hash,
  );
}

const axe = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** What axe-core says of @page that is serious or critical. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: run } = window as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await run.run();
    return violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`);
  });
}

const PICTURE_MAX = 150_000;

/** Keep a picture of @page: in docs where that is asked for, else in out/. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = path.join(root, process.env['PICTURES'] === 'docs' ? 'docs' : 'out/pictures');
  mkdirSync(folder, { recursive: true });
  const png = withPalette(await page.screenshot());
  // Documents are read over slow lines, too.
  expect([name, png.length < PICTURE_MAX]).toEqual([name, true]);
  writeFileSync(path.join(folder, `${name}.png`), png);
}
