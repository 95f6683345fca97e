// SPDX-License-Identifier: GPL-2.0-only
// How fast pages are in a browser: an index of 500 findings, and 2,000 steps of 8 threads.
//
//   node bench/pages.mjs       after a build; says NOT COVERED where there is no chromium
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { loadTs } from '../scripts/load-ts.mjs';
import { commandLine } from '../scripts/options.mjs';

commandLine(import.meta.url);

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.log('NOT COVERED: the speed of pages: apt-get install chromium');
  process.exit(0);
}
const { longRun, manyFindings } = await loadTs('test/support/large.ts');
const { filePage } = await import('../dist/view/build.js');
const { pageHtml } = await import('../dist/view/html.js');

const dir = mkdtempSync(join(tmpdir(), 'racewindow-bench-'));
const write = (name, findings) => {
  const file = join(dir, name);
  writeFileSync(file, pageHtml(filePage(findings, name)));
  return pathToFileURL(file).href;
};
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const told = (what, ms, goal) =>
  console.log(`${what}: ${ms.toFixed(0)} ms, goal ${goal} ms, ratio ${(ms / goal).toFixed(2)}`);

/** Milliseconds from opening @url to the first frame in which @selector is there. */
async function opened(url, selector) {
  const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
  await page.goto(url);
  await page.locator(selector).first().waitFor();
  const ms = await page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => resolve(performance.now()));
      }),
  );
  return { page, ms };
}

try {
  const many = write('many.html', manyFindings(500));
  const times = [];
  for (let n = 0; n < 3; n++) {
    const { page, ms } = await opened(many, '.card');
    times.push(ms);
    await page.close();
  }
  told('an index of 500 findings opens in', median(times), 1000);

  const { page, ms } = await opened(write('long.html', [longRun(2000, 8)]), '.row[data-from]');
  told('2,000 steps of 8 threads are drawn in', ms, 1000);
  await page.keyboard.press('e');
  await page.locator('.row[data-from]').nth(1999).waitFor({ state: 'attached' });
  const steps = await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const all = [];
    for (let n = 0; n < 30; n++) {
      await frame();
      const before = performance.now();
      dispatchEvent(new KeyboardEvent('keydown', { key: n % 6 < 3 ? 'k' : 'j', bubbles: true }));
      await frame();
      all.push(performance.now() - before);
    }
    return all;
  });
  told('a step is gone on or back in', median(steps), 50);
} finally {
  await browser.close();
  rmSync(dir, { recursive: true, force: true });
}
