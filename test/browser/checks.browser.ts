// SPDX-License-Identifier: GPL-2.0-only
// Every finding of a device, as its page shows it, held against what is worked out here in another
// way: by walking the machine, and by the operations of the trace.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { runView } from '#cli/commands/view';
import { processIo } from '#cli/io';
import { realPipeline } from '#cli/wiring';
import type { Finding } from '#finding/finding';
import { findingJson } from '#report/json';
import { mailReport } from '#report/mail';
import { decidingSteps } from '#report/select';
import { Session } from '#view/engine/session';
import { laptopFindings } from '../support/laptop-findings.ts';
import { heldAlong, isCertainAfter, machineOf, waitsAlong } from '../support/walk.ts';
import * as support from './support.ts';

let findings: readonly Finding[];
let c09: Finding;
let url: string;
const tabs = support.openTabs(1360, 900);
const { pages } = tabs;

/** A new tab at @address. */
async function tab(address: string): Promise<Page> {
  const page = await tabs.context.newPage();
  await page.goto(address);
  return page;
}

beforeAll(async () => {
  const all = [await laptopFindings('6.15.0', null), await laptopFindings('7.2', null)].flat();
  findings = all.slice(0, 24);
  c09 = findings.find((f) => f.window === 'C09')!;
  url = pages.write('all.html', findings);
});

/** What the rows of the only pane of @page show, a step each. */
function shownRows(page: Page) {
  return page.locator('.pane .row[data-from]').evaluateAll((rows) =>
    rows.map((row) => ({
      step: Number(row.getAttribute('data-from')),
      isLast: row.classList.contains('no-return'),
      threads: [...row.querySelectorAll('.c-thread')].map((cell) => ({
        inBand: cell.classList.contains('band'),
        waits: cell.classList.contains('waits'),
        decides: cell.querySelector('[data-pair]') !== null,
        locks: [...cell.querySelectorAll('.lock')].map((bar) => bar.getAttribute('title')),
      })),
    })),
  );
}

test('twenty findings: certain where no order is left, bars, waits, window, pair', async () => {
  expect(findings.length).toBeGreaterThanOrEqual(20);
  const page = await tab(url);
  expect(await page.locator('.card').count()).toBe(
    new Set(findings.map((f) => `${f.property} ${f.window}`)).size,
  );
  let certain = 0;
  // The page keeps the gravest first; a link counts what it holds.
  for (let n = 1; n <= findings.length; n++) {
    await page.goto(`${url}#finding=${n}`);
    await page.reload();
    expect(await support.ready(page)).toBe('ready');
    await page.locator('#engine', { hasText: /exact on|not counted here/ }).waitFor();
    await page.keyboard.press('m');
    const mail = await page.locator('.mail pre').textContent();
    await page.keyboard.press('Escape');
    const finding = findings.find((f) => mailReport(f) === mail)!;
    expect([n, finding]).not.toEqual([n, undefined]);
    await page.keyboard.press('e');
    const rows = await shownRows(page);
    const { trace, why } = finding;
    expect(rows.map((r) => r.step)).toEqual(trace.map((_, i) => i));
    const threads = [...new Set([...finding.threads, ...trace.map((s) => s.thread)])].filter((t) =>
      trace.some((s) => s.thread === t),
    );
    const [held, waiting] = [heldAlong(trace), waitsAlong(finding)];
    rows.forEach(({ threads: cells }, i) => {
      threads.forEach((thread, t) => {
        const what = [finding.id, i + 1, thread];
        const bars = [...(held[i]!.get(thread) ?? [])].map((lock) => `holds ${lock}`);
        expect([...what, ...cells[t]!.locks]).toEqual([...what, ...bars]);
        expect([...what, cells[t]!.waits]).toEqual([...what, waiting[i]!.has(thread)]);
      });
    });
    const window = why?.window;
    const banded = rows.flatMap((r) =>
      r.threads.flatMap((c, t) => (c.inBand ? [[r.step, t]] : [])),
    );
    const [from, to] = [window?.opens ?? 0, window?.closes ?? trace.length - 1];
    const inside = trace.flatMap((_, i) => (i >= from && i <= to ? [i] : []));
    const column = threads.indexOf(window?.victim ?? '');
    expect(banded).toEqual(window ? inside.map((i) => [i, column]) : []);
    const pair = rows.flatMap((r) => (r.threads.some((c) => c.decides) ? [r.step] : []));
    expect(pair).toEqual([...decidingSteps(finding)].sort((a, b) => a - b));
    expect(await page.locator('.link path').count()).toBe(pair.length === 2 ? 1 : 0);
    const last = rows.filter((r) => r.isLast).map((r) => r.step);
    if (!why?.odds.exact) continue;
    const machine = machineOf(finding);
    if (last.length > 0) {
      certain++;
      expect([finding.id, last.length]).toEqual([finding.id, 1]);
      expect([finding.id, isCertainAfter(machine, finding, last[0]!)]).toEqual([finding.id, true]);
      const before = last[0]! - 1;
      expect([finding.id, isCertainAfter(machine, finding, before)]).toEqual([finding.id, false]);
    } else if (!why.always) {
      expect(isCertainAfter(machine, finding, trace.length - 2)).toBe(false);
    }
  }
  expect(certain).toBeGreaterThanOrEqual(10);
});

test('the two that decide the other way round come to a run that keeps the rule', async () => {
  const page = await tab(pages.write('c09.html', [c09]));
  await support.ready(page);
  await page.keyboard.press('s');
  const told = page.locator('#swapped');
  await told.waitFor();
  expect(await told.getAttribute('class')).toContain('passes');
  expect(await told.textContent()).toContain('Every rule is kept.');
  expect(await page.locator('.pane').count()).toBe(2);
  const link = page.url();
  const again = await tab(link);
  await again.locator('#swapped.passes').waitFor();
  await page.keyboard.press('Escape');
  await told.waitFor({ state: 'detached' });
  for (const finding of findings.filter((f) => f.why?.pair)) {
    const session = Session.open(finding) as Session;
    const { passing, breaks } = finding.why!.pair!;
    const { outcome } = session.scheduled(passing)!;
    expect([finding.id, outcome.verdict]).toEqual([
      finding.id,
      breaks.length === 0 ? 'passes' : 'other',
    ]);
  }
});

test('each kind of alternative is what it says, opened by a click', async () => {
  const page = await tab(pages.write('c09.html', [c09]));
  await support.ready(page);
  await page.keyboard.press('e');
  // What else may break is told by other findings: in this one nothing does.
  const kinds = new Set(c09.why!.alternatives.map((alternative) => alternative.verdict));
  expect([...kinds]).toEqual(expect.arrayContaining(['passes', 'fails']));
  for (const verdict of kinds) {
    await page.locator(`.pane button.alt.${verdict}`).first().click();
    await page.locator(`.trail.${verdict}`).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.trail').waitFor({ state: 'detached' });
  }
});

test('what decides in a branch that fails is told as check would tell it', async () => {
  const page = await tab(pages.write('c09.html', [c09]));
  await support.ready(page);
  const failing = c09.why!.alternatives.find((a) => a.verdict === 'fails' && a.step > 20)!;
  const fork = { step: failing.step, thread: failing.thread, choice: failing.choice };
  const { why } = (Session.open(c09) as Session).reasons([fork])!;
  await page.goto(
    `${page.url().split('#')[0]}#branch=${fork.step + 1}.${fork.choice}.${fork.thread}`,
  );
  await page.locator('.trail.fails').waitFor();
  await page.locator('#pane-1 [data-pair]').first().waitFor();
  await page.keyboard.press('e');
  const marked = await page
    .locator('#pane-1 [data-pair]')
    .evaluateAll((all) => all.map((m) => Number(m.closest('.row')!.getAttribute('data-from'))));
  const { victim, intruder } = why!.pair!;
  expect(marked).toEqual([victim, intruder].sort((a, b) => a - b));
});

test('all that a key does a button does, and the focus is seen wherever it goes', async () => {
  const page = await tab(pages.write('c09.html', [c09]));
  await support.ready(page);
  await page.locator('#engine', { hasText: 'exact on' }).waitFor();
  const keys = await page.locator('.buttons kbd').allTextContents();
  expect(keys).toEqual(['j', 'k', 'n', 'p', 'd', 's', 'o', 'e', 'c', 'm', 't', '?']);
  const at = () => page.locator('.row[aria-current]').getAttribute('data-from');
  const deciding = `#step=${decidingSteps(c09)[0]! + 1}`;
  for (const key of ['j', 'n', 'd', 'o', 'k', 'p']) {
    await support.follow(page, deciding);
    await page.keyboard.press(key);
    const byKey = await at();
    await support.follow(page, deciding);
    await page.locator('.buttons button', { has: page.getByText(key, { exact: true }) }).click();
    expect([key, await at()]).toEqual([key, byKey]);
  }
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press('Tab');
    const seen = await page.evaluate(() => {
      const e = document.activeElement;
      if (e === null || e === document.body) return 'nowhere';
      const { outlineStyle, outlineWidth } = getComputedStyle(e);
      return outlineStyle !== 'none' && outlineWidth !== '0px' ? 'seen' : e.outerHTML.slice(0, 90);
    });
    expect(seen).not.toMatch(/^</);
  }
});

test('a link restores step and branch in a page that was made anew', async () => {
  const first = await tab(pages.write('one.html', [c09]));
  await support.ready(first);
  const passing = c09.why!.alternatives.find((a) => a.verdict === 'passes' && a.step > 50)!;
  await support.follow(first, `#step=${passing.step + 1}`);
  await first.keyboard.press('1');
  await first.locator('.trail').waitFor();
  for (const key of ['j', 'j', 'j']) await first.keyboard.press(key);
  const hash = first.url().split('#')[1]!;
  const second = await tab(`${pages.write('two.html', [c09])}#${hash}`);
  await second.locator('.trail').waitFor();
  for (const what of ['.trail', '#pane-1 .row[aria-current] .c-step', '.panel h2']) {
    expect(await second.locator(what).textContent()).toBe(await first.locator(what).textContent());
  }
});

describe('what is handed on', () => {
  test('the mail is that of --format mail, byte for byte, and can be saved', async () => {
    const page = await tab(pages.write('c09.html', [c09]));
    await support.ready(page);
    await page.keyboard.press('m');
    expect(await page.locator('.mail pre').textContent()).toBe(mailReport(c09));
    expect(await support.seriousFaults(page)).toEqual([]);
    const saved = page.waitForEvent('download');
    await page.locator('.mail button').click();
    expect((await saved).suggestedFilename()).toBe(`${c09.id}.mail`);
    await page.keyboard.press('Escape');
    expect(await page.locator('.mail').count()).toBe(0);
  });

  test('trace.dat is read by trace-cmd with all steps in order', async (t) => {
    const page = await tab(pages.write('c09.html', [c09]));
    await support.ready(page);
    const saving = page.waitForEvent('download');
    await page.keyboard.press('t');
    const saved = await saving;
    expect(saved.suggestedFilename()).toMatch(/\.dat$/);
    if (spawnSync('trace-cmd', ['--version']).error !== undefined) t.skip('no trace-cmd');
    const file = path.join(pages.folder, 'saved.dat');
    await saved.saveAs(file);
    const done = spawnSync('trace-cmd', ['report', '-i', file], { encoding: 'utf8' });
    const steps = [...done.stdout.matchAll(/: (?!sched_switch|report)(\w+): +(\d+) /g)];
    expect(steps.map(([, op, n]) => [op, Number(n)])).toEqual(
      c09.trace.map((s, i) => [s.op, i + 1]),
    );
  });
});

test('verdicts tell apart without colour', async () => {
  const page = await tab(pages.write('c09.html', [c09]));
  await page.evaluate(() => {
    document.documentElement.style.filter = 'grayscale(1)';
  });
  const signs = await Promise.all(
    ['passes', 'fails', 'other'].map(async (verdict) => {
      const png = await page.locator(`.legend .alt.${verdict}`).screenshot();
      return `data:image/png;base64,${png.toString('base64')}`;
    }),
  );
  const blank = await tab('about:blank');
  const apart = await blank.evaluate(async (pictures) => {
    const masks = await Promise.all(
      pictures.map(async (source) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const canvas = new OffscreenCanvas(16, 24);
        const pen = canvas.getContext('2d')!;
        pen.drawImage(image, 0, 0);
        const { data } = pen.getImageData(0, 0, 16, 24);
        return Array.from({ length: 16 * 24 }, (_, i) => data[4 * i]! < 160);
      }),
    );
    const differ = (a: boolean[], b: boolean[]) => a.filter((dark, i) => dark !== b[i]).length;
    const [p, f, o] = masks as [boolean[], boolean[], boolean[]];
    return [differ(p, f), differ(p, o), differ(f, o)];
  }, signs);
  for (const pixels of apart) expect(pixels).toBeGreaterThan(10);
});

/** Files that are none of ours, or were changed: each is refused, or told as text. */
function hostileFiles(): Record<string, string> {
  const good = JSON.parse(findingJson(c09)) as Record<string, unknown>;
  const files: Record<string, string> = {
    deep: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    large: JSON.stringify({ ...good, rule: 'x'.repeat(100_000_000) }),
    prototype: JSON.stringify(good).replace('"witness":{', '"__proto__":{"a":1},"witness":{'),
    constructor: JSON.stringify({ ...good, window: 'constructor', property: 'toString' }),
    cut: JSON.stringify(good).slice(0, 5000),
    fixes: JSON.stringify({
      ...good,
      revision: { ...c09.revision, userFixes: [{ name: 'x', sha256: '0'.repeat(64) }] },
      code: [{ name: 'x', sha256: '0'.repeat(64), source: 'globalThis.alert(1)' }],
    }),
  };
  const wrong = [null, 7, 'text', [], {}, -1];
  Object.keys(good).forEach((key, i) => {
    files[`wrong-${key}`] = JSON.stringify({ ...good, [key]: wrong[i % wrong.length] });
  });
  for (const key of Object.keys(c09.trace[0]!)) {
    const trace = [{ ...c09.trace[0]!, [key]: { x: 1 } }, ...c09.trace.slice(1)];
    files[`step-${key}`] = JSON.stringify({ ...good, trace });
  }
  for (const key of Object.keys(c09.why!)) {
    files[`why-${key}`] = JSON.stringify({ ...good, why: { ...c09.why, [key]: [{ step: -5 }] } });
  }
  return files;
}

test('a hostile file is refused with a code, or told as text; nothing of it is run', async () => {
  const files = hostileFiles();
  const words = { refused: 0, shown: 0 };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(pages.folder, `${name}.json`);
    const out = path.join(pages.folder, `${name}.html`);
    writeFileSync(file, text);
    const asked = { input: file, kernel: 'auto', port: 0, out };
    const done = await runView(asked, processIo(), await realPipeline());
    if (!done.ok) {
      words.refused++;
      expect([name, done.error.code]).toEqual([name, expect.stringMatching(/^RW\d{3}$/)]);
      continue;
    }
    expect([name, existsSync(out)]).toEqual([name, true]);
    expect(readFileSync(out, 'utf8')).not.toContain('alert(1)');
    words.shown++;
    const page = await tab(`file://${out}`);
    await page
      .locator('#engine:not([data-engine=starting]), .notice[role=alert]')
      .first()
      .waitFor();
    await page.close();
  }
  expect(words.refused).toBeGreaterThan(40);
  expect(words.shown).toBeGreaterThan(2);
});

describe('a finding of another version', () => {
  test('that comes to the same is said to be of another build', async () => {
    const producer = { ...c09.producer!, version: '0.0.9', model: 'another' };
    const page = await tab(pages.write('old.html', [{ ...c09, producer }]));
    expect(await support.ready(page)).toBe('ready');
    expect(await page.locator('#engine').textContent()).toContain(
      'written by 0.0.9, another build',
    );
  });

  test('that comes to something else shows what it says, and can not be asked', async () => {
    const trace = c09.trace.map((s, i) => (i === 30 ? { ...s, function: 'gone', op: 'free' } : s));
    const other: Finding = { ...c09, trace: trace as Finding['trace'] };
    const page = await tab(pages.write('other.html', [other]));
    expect(await support.ready(page)).toBe('refused');
    expect(await page.locator('#engine').textContent()).toContain('in another way from step 31 on');
    expect(await page.locator('.c-alt .alt').count()).toBeGreaterThan(10);
    expect(await page.locator('button.alt').count()).toBe(0);
  });
});

describe.each(['light', 'dark'] as const)('in the %s', (colorScheme) => {
  test('nothing serious is to be said of an index, of keys, and of a comparison', async () => {
    const page = await tab(url);
    await page.emulateMedia({ colorScheme });
    expect(await support.seriousFaults(page)).toEqual([]);
    const one = await tab(`${pages.write('c09.html', [c09])}#kernel=7.2`);
    await one.emulateMedia({ colorScheme });
    await one.locator('#compared').waitFor();
    await one.keyboard.press('?');
    expect(await support.seriousFaults(one)).toEqual([]);
  });
});
