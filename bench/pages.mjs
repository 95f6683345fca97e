// SPDX-License-Identifier: GPL-2.0-only
// How fast pages are in a browser: the finding of the README, an index of all that the generic
// worlds show under two kernels, and a run of 2,000 steps by 8 threads.
//
//   npm run bench:pages       after a build; writes the table into docs/bench.md, and says
//                             NOT COVERED where there is no chromium
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { loadTs } from '../scripts/load-ts.mjs';
import { commandLine } from '../scripts/options.mjs';

commandLine(import.meta.url);

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.log('NOT COVERED: the speed of pages: apt-get install chromium');
  process.exit(0);
}
const { longRun } = await loadTs('test/support/large.ts');
const { filePage } = await import('../dist/view/build.js');
const { pageHtml } = await import('../dist/view/html.js');
const { checkPlatform, defaultCheck } = await import('../dist/questions/check.js');
const { gravestFirst } = await import('../dist/finding/harm.js');
const { findRevision } = await import('../dist/kernel/index.js');

const dir = mkdtempSync(join(tmpdir(), 'racewindow-bench-'));
const write = (name, findings) => {
  const file = join(dir, name);
  writeFileSync(file, pageHtml(filePage(findings, name)));
  return pathToFileURL(file).href;
};
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const rows = [];
const told = (what, found, goal, unit = 'ms') => {
  const value = unit === 'ms' ? found.toFixed(0) : (found / 1000).toFixed(0);
  console.log(`${what}: ${value} ${unit}, goal ${goal} ${unit}`);
  const isMet = Number(value) < goal ? 'met' : 'not met';
  rows.push(`| ${what} | less than ${goal} ${unit} | ${value} ${unit} | ${isMet} |`);
};

/** Put the table into docs/bench.md, between its marks. */
function keepTable() {
  const file = fileURLToPath(new URL('../docs/bench.md', import.meta.url));
  const [begin, end] = ['<!-- pages -->', '<!-- end of pages -->'];
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  const load = `Load of the machine when this ended: ${loadavg()[0].toFixed(1)}, on the clock.`;
  const table = ['| what | goal | found |  |', '| --- | --- | --- | --- |', ...rows, '', load];
  writeFileSync(file, `${text.slice(0, from)}\n\n${table.join('\n')}\n\n${text.slice(to)}`);
}

/** The page of the finding in the README. */
function readmePage() {
  const file = join(dir, 'c09.html');
  const board = ['examples/boards/laptop.dtb', '--device', '3d00000.gpu', '--kernel', '6.15.0'];
  const args = ['dist/cli/main.js', 'check', ...board, '--window', 'C09', '--format', 'html'];
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { stdout } = spawnSync(process.execPath, args, { cwd, maxBuffer: 2 ** 28 });
  writeFileSync(file, stdout);
  return { url: pathToFileURL(file).href, bytes: statSync(file).size };
}

/** What the generic worlds show; those that a page of one file holds are explained. */
async function realFindings() {
  const found = [];
  for (const name of ['6.15.0', '7.2']) {
    const kernel = { revision: findRevision(name).value, userFixes: [] };
    const toExplain = (all) => gravestFirst(all).slice(0, 24);
    const { findings } = await checkPlatform(null, kernel, { ...defaultCheck, toExplain }, '0');
    found.push(...findings);
  }
  return found;
}

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
  const { url, bytes } = readmePage();
  told('the page of C09 is a file of', bytes, 400, 'kB');
  const paints = [];
  const whatIfs = [];
  for (let n = 0; n < 3; n++) {
    const { page } = await opened(url, '.row[data-from]');
    const paint = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0].startTime,
    );
    await page.locator('#engine[data-engine=ready]').waitFor();
    paints.push(paint);
    // The checker is there, and has asked every alternative, when the page says so.
    whatIfs.push((await page.evaluate(() => performance.now())) - paint);
    await page.close();
  }
  told('C09 is painted first after', median(paints), 1000);
  told('all of its what-ifs are answered after another', median(whatIfs), 1000);

  const real = await realFindings();
  const many = write('many.html', real);
  const times = [];
  for (let n = 0; n < 3; n++) {
    const { page, ms } = await opened(many, '.card');
    times.push(ms);
    await page.close();
  }
  told(`an index of ${real.length} findings opens in`, median(times), 1000);

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
  keepTable();
} finally {
  await browser.close();
  rmSync(dir, { recursive: true, force: true });
}
