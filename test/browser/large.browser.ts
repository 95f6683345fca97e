// SPDX-License-Identifier: GPL-2.0-only
// Pages of many findings and of long runs: what is in them; bench/pages.mjs measures how fast.
import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import type { Finding } from '#finding/finding';
import { longRun, manyFindings } from '../support/large.ts';
import * as support from './support.ts';

const tab = support.openTabs(1360, 900);
const { pages } = tab;
let page: Page;

beforeEach(() => {
  page = tab.page;
});

test('an index of 500 findings has a card for each rule and window', async () => {
  const findings: readonly Finding[] = manyFindings(500);
  await page.goto(pages.write('many.html', findings));
  const kinds = new Set(findings.map((f) => `${f.property} ${f.window}`));
  expect(await page.locator('.card').count()).toBe(kinds.size);
  expect(await page.locator('.entries li').count()).toBe(500);
  // What the file does not hold is said not to be there.
  const links = await page.locator('.entries a').count();
  expect(await page.locator('.entries li', { hasText: 'not in this file' }).count()).toBe(
    500 - links,
  );
  await page.locator('input[type=search]').fill('C10');
  const shown = await page.locator('.card .badge').allTextContents();
  expect(new Set(shown)).toEqual(new Set(['C10']));
});

test('2,000 steps of 8 threads are drawn in chunks, and keys move by rows', async () => {
  await page.goto(pages.write('long.html', [longRun(2000, 8)]));
  expect(await support.ready(page)).toBe('refused');
  await page.keyboard.press('e');
  const rows = page.locator('.pane .row[data-from]');
  await rows.nth(1999).waitFor({ state: 'attached' });
  expect(await rows.count()).toBe(2000);
  expect(await page.locator('.pane .chunk').count()).toBe(50);
  expect(await page.locator('.heads .c-thread').count()).toBe(8);
  const skipped = await page
    .locator('.chunk')
    .first()
    .evaluate((chunk) => getComputedStyle(chunk).getPropertyValue('content-visibility'));
  expect(skipped).toBe('auto');
  const current = () => page.locator('.row[aria-current]').getAttribute('data-from');
  const before = Number(await current());
  await page.keyboard.press(before > 0 ? 'k' : 'j');
  expect(Number(await current())).toBe(before > 0 ? before - 1 : 1);
});
