// SPDX-License-Identifier: GPL-2.0-only
// The pages of a board, a matrix and a boot log: what they tell, where they lead, by keys alone.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '#cli/run';
import { realPipeline } from '#cli/wiring';
import type { Finding } from '#finding/finding';
import { avoidedTold } from '#report/alike';
import { parseViewed } from '#report/validate';
import { asFound, retold } from '#run/told';
import { filePage } from '#view/build';
import { pageHtml } from '#view/html';
import { noViews, type PageViews } from '#view/model/views';
import { boardView, logView, matrixView } from '#view/views';
import { laptop } from '../support/boards.ts';
import { laptopReport } from '../support/laptop-findings.ts';
import * as support from './support.ts';

let findings: readonly Finding[];
let views: PageViews;
let url: string;
const tab = support.openTabs(1280, 800);
const { pages } = tab;
let page: Page;

const evil = '</script><img src=x onerror=alert(1)>';

/** A matrix as `matrix --format json` prints it; the state of C09 under 6.15.0 is @state. */
function matrixText(more: object = {}): string {
  const cell = { rules: [], buses: [], because: null };
  const cells = [
    {
      window: 'C09',
      kernel: '6.15.0',
      state: 'found',
      ...cell,
      rules: ['P1'],
      buses: ['platform'],
    },
    { window: 'C09', kernel: '7.2', state: 'absent', ...cell },
    { window: 'C10', kernel: '6.15.0', state: 'bounded', ...cell, because: `walk+bind ${evil}` },
    { window: 'C10', kernel: '7.2', state: 'n.a.', ...cell, because: 'nothing tells it' },
  ];
  const all = {
    windows: ['C09', 'C10'],
    kernels: ['6.15.0', '7.2'],
    cells,
    unnamed: [],
    states: 1,
  };
  return JSON.stringify({ format: 'racewindow/matrix@1', ...all, ...more });
}

/** What the command line @args prints. */
async function printed(...args: string[]): Promise<string> {
  let out = '';
  const io = {
    out: (text: string | Uint8Array): void => {
      out += String(text);
    },
    ...{ err: () => undefined, outIsTerminal: false, errIsTerminal: false, env: {}, now: () => 0 },
  };
  await runCli(args, io, async () => realPipeline());
  return out;
}

beforeAll(async () => {
  const report = await laptopReport('6.15.0', ['C09']);
  findings = report.findings;
  const log = path.join(support.root, 'examples/logs/late-probe.log');
  const told = parseViewed(await printed('explain', log, '--format', 'json'), 'log');
  const matrix = parseViewed(matrixText(), 'matrix');
  if (!told.ok || told.value.kind !== 'diagnosis') throw new Error('no diagnosis');
  if (!matrix.ok || matrix.value.kind !== 'matrix') throw new Error('no matrix');
  views = {
    board: boardView(laptop(), report),
    matrix: matrixView(matrix.value.matrix, findings),
    log: logView(told.value.diagnosis),
  };
  url = pages.write('all.html', findings, views);
});
beforeEach(() => {
  page = tab.page;
});

const focused = (): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('data-stop') ?? null);

test('a board shows each client behind its IOMMU, and says what is known of it', async () => {
  await page.goto(`${url}#view=board`);
  const platform = laptop();
  const sections = await page.locator('.iommu').evaluateAll((all) =>
    all.map((s) => ({
      name: [...s.querySelector('h2')!.childNodes]
        .filter((n) => n.nodeType === 3)
        .map((n) => n.textContent)
        .join('')
        .trim(),
      clients: [...s.querySelectorAll('.client b')].map((b) => b.textContent),
    })),
  );
  for (const iommu of platform.iommus) {
    const own = platform.devices.filter((d) => d.iommus.some((u) => u.iommu === iommu.name));
    const section = sections.find((s) => s.name === iommu.name);
    expect(section?.clients).toEqual(own.map((d) => d.name));
  }
  const gpu = page.locator('.client', { hasText: '3d00000.gpu' });
  expect(await gpu.textContent()).toMatch(/!\s+3d00000.gpu\s+warning: C09/);
  // What nobody has asked is not said to hold.
  const others = await page.locator('.client.not-asked .said').allTextContents();
  expect(others.length).toBeGreaterThan(3);
  expect(new Set(others)).toEqual(new Set(['not asked']));
  expect(await page.locator('.client.holds').count()).toBe(0);
});

test('boot options that were asked about stand at device, finding and board', async () => {
  const report = await laptopReport('6.15.0', ['C09'], { avoid: true });
  const rows = report.findings[0]!.avoided!;
  const { what: early } = rows.find(({ prevents }) => prevents === 'yes')!;
  const board = boardView(laptop(), report);
  const made = (name: string, told: typeof asFound) => {
    const file = path.join(pages.folder, name);
    const data = filePage(report.findings.map(told), name, [], { ...noViews, board });
    writeFileSync(file, pageHtml(data));
    return pathToFileURL(file).href;
  };
  await page.goto(`${made('asked.html', asFound)}#view=board`);
  const gpu = page.locator('.client', { hasText: '3d00000.gpu' });
  expect(await gpu.locator('.by').textContent()).toContain(`${early} avoids C09`);
  const cells = await page
    .locator('.options tbody tr')
    .evaluateAll((all) => all.map((r) => [...r.children].map((c) => c.textContent)));
  expect(cells).toEqual(
    rows.map(({ what, prevents }) => [
      what,
      ...['yes', 'no', 'can not tell'].map((is) => (is === prevents ? 'C09' : '–')),
    ]),
  );
  expect(await support.seriousFaults(page)).toEqual([]);
  for (const [name, told, head] of [
    ['asked.html', asFound, 'Asked of every order of its worlds'],
    ['filed.html', retold, 'So its file says'],
  ] as const) {
    await page.goto(`${made(name, told)}#finding=1`);
    await page.reload();
    await support.ready(page);
    const list = page.locator('.panel h3', { hasText: head });
    const items = await list.evaluate((h) =>
      [...h.nextElementSibling!.children].map((c) => c.textContent),
    );
    expect([...items].sort()).toEqual([...avoidedTold({ ...report.findings[0]! }).items].sort());
    // Under another kernel nobody has asked.
    await support.follow(page, '#finding=1&kernel=7.2');
    await page.locator('#compared').waitFor();
    await page.locator('#pane-1 .row').first().click();
    expect(await page.locator('.panel h3', { hasText: head }).count()).toBe(0);
  }
});

test('from a board one comes to a finding and back by keys alone', async () => {
  await page.goto(`${url}#view=board`);
  const stops = await page.locator('[data-stop]').count();
  const at = await page.locator('a[data-stop]').first().getAttribute('data-stop');
  for (let i = 0; i < stops && (await focused()) !== at; i++) await page.keyboard.press('j');
  expect(await focused()).toBe(at);
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  expect(await focused()).toBe(at);
  await page.keyboard.press('Enter');
  await support.ready(page);
  expect(await page.locator('h1').textContent()).toContain('3d00000.gpu');
  await page.goBack();
  await page.locator('.iommu').first().waitFor();
});

test('a cell of a matrix tells its state in a sign and a word, and opens its finding', async () => {
  await page.goto(`${url}#view=matrix`);
  const cells = page.locator('.matrix td');
  expect((await cells.allTextContents()).map((t) => t.replace(/\s/g, ''))).toEqual([
    '✗found',
    '✓absent',
    '?bounded',
    '·n.a.',
  ]);
  expect(await cells.nth(2).getAttribute('title')).toBe(`bounded walk+bind ${evil}`);
  expect(await page.locator('.matrix a').count()).toBe(1);
  for (const key of ['j', 'l', 'j', 'h', 'k']) await page.keyboard.press(key);
  expect(await focused()).toBe('0,0');
  await page.keyboard.press('Enter');
  await support.ready(page);
  expect(await page.locator('h1').textContent()).toContain('C09');
});

test('a boot log shows its windows with their reasons, its devices and lines', async () => {
  await page.goto(`${url}#view=log`);
  const { diagnosis } = views.log!;
  expect(await page.locator('.verdict').textContent()).toContain(`race: ${diagnosis.cause}`);
  const rows = await page.locator('.fit').evaluateAll((all) => all.map((r) => r.textContent));
  expect(rows).toHaveLength(diagnosis.windows.length);
  // What fits comes first, and what does not comes last.
  const order = ['certain', 'fits', 'can not tell', 'no'];
  const told = order.flatMap((fits) => diagnosis.windows.filter((w) => w.fits === fits));
  told.forEach((w, i) => {
    for (const part of [w.window, w.fits, w.because, w.lines.join(', ')]) {
      expect(rows[i]).toContain(part);
    }
  });
  const text = (await page.locator('.view').textContent()) ?? '';
  for (const { name, history } of diagnosis.devices) {
    for (const { line, what } of history) expect(text).toContain(`line ${line}: ${what}`);
    expect(text).toContain(name);
  }
  await page.keyboard.press('j');
  expect(await focused()).toBe('0,0');
});

test('a page leads to all that it has, and a part alone is shown at once', async () => {
  await page.goto(url);
  expect(await page.locator('.views a').allTextContents()).toEqual([
    'Findings',
    'Board',
    'Matrix',
    'Boot log',
  ]);
  await page.locator('.views a').nth(2).click();
  await page.locator('.matrix').waitFor();
  await page.goto(pages.write('alone.html', [], { ...noViews, matrix: views.matrix }));
  expect(await page.locator('.matrix td').count()).toBe(4);
  expect(await page.locator('.matrix a').count()).toBe(0);
});

test('markup in a board, a matrix or a log is text', async () => {
  const { diagnosis } = views.log!;
  const hostile: PageViews = {
    board: {
      title: evil,
      notes: [evil],
      rows: views.board!.rows.map((r) => ({ ...r, name: evil, facts: evil })),
      options: [{ what: evil, avoids: [evil], leaves: [evil], open: [evil] }],
    },
    matrix: {
      kernels: [evil],
      rows: [
        {
          window: evil,
          title: evil,
          cells: [{ kernel: evil, state: 'found', note: evil, at: null }],
        },
      ],
    },
    log: {
      diagnosis: { ...diagnosis, because: evil, cause: evil, missing: [evil], do: [evil] },
      titles: { C09: evil },
    },
  };
  const address = pages.write('evil.html', [], hostile);
  for (const view of ['board', 'matrix', 'log']) {
    await page.goto(`${address}#view=${view}`);
    await page.locator('.view').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('#app').textContent()).toContain(evil);
  }
});

describe.each(['light', 'dark'] as const)('in the %s', (colorScheme) => {
  test.each(['board', 'matrix', 'log'])('nothing serious is to be said of the %s', async (view) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${url}#view=${view}`);
    await page.locator('.view').waitFor();
    expect(await support.seriousFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 1000, height: 540 });
    if (colorScheme === 'light') await support.picture(page, `view-${view}`);
  });
});
