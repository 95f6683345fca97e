// SPDX-License-Identifier: GPL-2.0-only
// The page of the finding in the README, used as a reader would.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '#finding/finding';
import { alikeTold } from '#report/alike';
import { decidingSteps } from '#report/select';
import { svgReport } from '#report/svg';
import { raceTable } from '#report/table';
import { Session } from '#view/engine/session';
import { glyphs } from '#view/model/glyphs';
import { laptopFindings } from '../support/laptop-findings.ts';
import * as support from './support.ts';

let finding: Finding;
let url: string;
const tab = support.openTabs(1360, 900);
const { pages } = tab;
let page: Page;

beforeAll(async () => {
  finding = (await laptopFindings()).find((f) => f.property === 'P1')!;
  url = pages.write('c09.html', [finding]);
});
beforeEach(() => {
  page = tab.page;
});

const current = async (): Promise<string> =>
  (await page.locator('.row[aria-current] .c-step').textContent()) ?? '';

test('the page is one file of less than 400 KB with a strict policy', async () => {
  expect(statSync(fileURLToPath(url)).size).toBeLessThan(400_000);
  await page.goto(url);
  const policy = await page.locator('meta[http-equiv]').getAttribute('content');
  expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-/);
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
});

test('it tells all that the table of the text report tells', async () => {
  await page.goto(url);
  await support.ready(page);
  const told = (await page.locator('.line').allTextContents()).map((t) => t.trim());
  const table = raceTable(finding, { width: 400 });
  const lines = table
    .slice(table.findIndex((l) => l.startsWith('---')) + 1)
    .map((l) => l.trim())
    .filter((l) => !/^\^+$/.test(l));
  expect(lines.length).toBeGreaterThan(15);
  expect(lines.filter((l) => !told.includes(l))).toEqual([]);
});

test('each verdict is that of Node, and what is seen is it', async () => {
  await page.goto(url);
  expect(await support.ready(page)).toBe('ready');
  await page.keyboard.press('e');
  const session = Session.open(finding) as Session;
  const { alternatives } = session.story([])!;
  expect(alternatives).toEqual(finding.why?.alternatives);
  expect(alternatives.length).toBeGreaterThan(100);
  const seen = await page
    .locator('.pane .c-alt')
    .evaluateAll((cells) =>
      cells
        .slice(1)
        .map((cell) => [...cell.querySelectorAll('[aria-hidden]')].map((g) => g.textContent)),
    );
  const want = finding.trace.map((_, i) =>
    alternatives.filter((a) => a.step === i).map((a) => glyphs[a.verdict]),
  );
  expect(seen).toEqual(want);
});

test('the point of no return and the odds are those that were counted', async () => {
  await page.goto(url);
  await support.ready(page);
  const { odds } = finding.why!;
  if (!odds.exact) throw new Error('the odds of the README are exact');
  await page.keyboard.press('o');
  expect(await current()).toBe(`${odds.noReturn! + 1}`);
  expect(await page.locator('.no-return').getAttribute('data-to')).toBe(`${odds.noReturn}`);
  expect(await page.locator('.top').textContent()).toContain('12.8 % of all orders');
});

test('window, pair and who waits stand where the finding says', async () => {
  await page.goto(url);
  await support.ready(page);
  const [first, second] = decidingSteps(finding);
  expect(await current()).toBe(`${first! + 1}`);
  const marked = await page
    .locator('[data-pair]')
    .evaluateAll((all) => all.map((m) => m.closest('.row')?.getAttribute('data-from')));
  expect(marked).toEqual([`${first}`, `${second}`]);
  expect(await page.locator('.link path').count()).toBe(1);
  const banded = await page
    .locator('.band')
    .evaluateAll((all) => all.map((m) => Number(m.closest('.row')?.getAttribute('data-from'))));
  expect(Math.min(...banded)).toBe(finding.why!.window!.opens);
  const [wait] = finding.why!.blocked;
  const text = await page.locator('.note.wait').first().textContent();
  expect(text).toBe(`waits for ${wait!.lock}, held by ${wait!.holder}`);
  await page.keyboard.press('d');
  expect(await current()).toBe(`${second! + 1}`);
});

test('a branch is opened, left and linked to by keys alone', async () => {
  await page.goto(url);
  await support.ready(page);
  const passing = finding.why!.alternatives.find((a) => a.verdict === 'passes' && a.step > 50)!;
  await support.follow(page, `#step=${passing.step + 1}`);
  await page.keyboard.press('1');
  const trail = page.locator('.trail.passes');
  await trail.waitFor();
  expect(await trail.textContent()).toContain('Every rule is kept.');
  expect(await page.locator('.pane').count()).toBe(2);
  const link = page.url();
  expect(link).toContain('branch=');
  // And on from there.
  await page.keyboard.press('j');
  await page.locator('#pane-1 .row[aria-current]').waitFor();
  const again = await tab.context.newPage();
  await again.goto(link);
  await again.locator('.trail.passes').waitFor();
  await again.close();
  await page.keyboard.press('Escape');
  await page.locator('.trail').waitFor({ state: 'detached' });
  expect(await page.locator('.pane').count()).toBe(1);
});

test('a branch that is left before it is drawn does not come back', async () => {
  await page.goto(url);
  await support.ready(page);
  const passing = finding.why!.alternatives.find((a) => a.verdict === 'passes' && a.step > 50)!;
  const branch = `#branch=${passing.step + 1}.0.${passing.thread}`;
  await page.evaluate(async (to) => {
    const drawn = new Promise<void>((done) => {
      const all = new MutationObserver(() => {
        if (document.querySelector('.trail') !== null) done();
      });
      all.observe(document.body, { childList: true, subtree: true });
    });
    // The second is asked for when the first is with the checker.
    const heard = new Promise((next) => addEventListener('hashchange', next, { once: true }));
    location.hash = to;
    await heard;
    location.hash = '#step=3';
    await drawn;
  }, branch);
  await page.locator('.trail').waitFor({ state: 'detached' });
  expect(await current()).toMatch(/^2–/);
  expect(await page.locator('.pane').count()).toBe(1);
});

test('a link that leads nowhere says so', async () => {
  await page.goto(`${url}#branch=3.0.nobody`);
  await page.locator('.notice').waitFor();
  await support.follow(page, '#step=9999');
  expect(await page.locator('.notice').textContent()).toContain('step 9999');
});

describe.each(['light', 'dark'] as const)('in the %s', (colorScheme) => {
  test('nothing serious is to be said of it', async () => {
    await page.emulateMedia({ colorScheme });
    await page.goto(url);
    await support.ready(page);
    expect(await support.seriousFaults(page)).toEqual([]);
    if (colorScheme === 'light') await support.picture(page, 'view-finding');
    const passing = finding.why!.alternatives.find((a) => a.verdict === 'passes' && a.step > 50)!;
    await page.goto(`${url}#branch=${passing.step + 1}.0.${passing.thread}`);
    await page.locator('.trail.passes').waitFor();
    await page.waitForTimeout(1500);
    expect(await support.seriousFaults(page)).toEqual([]);
    if (colorScheme === 'dark') await support.picture(page, 'view-branch');
  });
});

test('markup in a finding is text, and code of a finding is not run', async () => {
  const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';
  const hostile: Finding = {
    ...finding,
    rule: evil,
    symptom: evil,
    consequence: evil,
    links: [evil],
    property: evil,
    class: evil,
    devices: [evil],
    threads: [...finding.threads, evil],
    witness: { ...finding.witness, because: evil },
    trace: finding.trace.map((s) => ({ ...s, stack: [...s.stack, evil], events: [evil] })),
    revision: { ...finding.revision, userFixes: [{ name: evil, sha256: '0'.repeat(64) }] },
    code: [{ name: evil, sha256: '0'.repeat(64), source: 'globalThis.alert(3)' }],
  };
  await page.goto(pages.write('hostile.html', [hostile]));
  expect(await support.ready(page)).toBe('refused');
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.locator('.top').textContent()).toContain('<script>alert(1)</script>');
  expect(await page.locator('#engine').textContent()).toContain('a page never runs');
  // What the file says of other choices is shown all the same, and can not be clicked.
  expect(await page.locator('.c-alt .alt').count()).toBeGreaterThan(10);
  expect(await page.locator('button.alt').count()).toBe(0);
});

test('what a file says otherwise than this version is not shown as ours', async () => {
  const { why } = finding;
  const odds = why!.odds.exact ? { ...why!.odds, after: why!.odds.after.map(() => 0.5) } : null;
  const alternatives = why!.alternatives.map((a) => ({ ...a, verdict: 'passes' as const }));
  const changed = { ...finding, symptom: 'all is well', harm: 'order' as const };
  const forged = { ...changed, why: { ...why!, odds: odds!, alternatives } };
  await page.goto(pages.write('forged.html', [forged]));
  expect(await support.ready(page)).toBe('ready');
  const notices = page.locator('.notice');
  await notices.nth(2).waitFor();
  expect(await notices.allTextContents()).toEqual([
    expect.stringContaining('the file says otherwise of: symptom, harm;'),
    expect.stringContaining('the file says otherwise of the alternatives'),
    expect.stringContaining('the file says otherwise of the odds'),
  ]);
  expect(await page.locator('#app').textContent()).not.toContain('all is well');
  expect(await page.locator('.top').textContent()).toContain('12.8 % of all orders');
  expect(await page.locator('.alt.fails').count()).toBeGreaterThan(10);
  const other = { ...finding, witness: { ...finding.witness, because: 'I say so' } };
  await page.goto(pages.write('witness.html', [other]));
  expect(await support.ready(page)).toBe('refused');
  expect(await page.locator('#engine').textContent()).toContain('this version says of it: late');
});

test('a finding without steps says what is wrong with it', async () => {
  await page.goto(pages.write('empty.html', [{ ...finding, trace: [] }]));
  const notice = page.locator('.notice[role=alert]');
  expect(await notice.textContent()).toContain('makes no sense: /trace has no step');
});

test('a finding of the C of the kernel says that it can not be run', async () => {
  const source = { files: {}, compiler: 'clang', image: 'x', reverts: 0, points: [] };
  await page.goto(pages.write('source.html', [{ ...finding, source }]));
  expect(await support.ready(page)).toBe('refused');
  expect(await page.locator('#engine').textContent()).toContain("the kernel's own C");
});

test('at 360 pixels a column has room for a name, and the page is no wider', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(url);
  await support.ready(page);
  const widths = await page
    .locator('.heads .c-thread')
    .evaluateAll((all) => all.map((cell) => cell.getBoundingClientRect().width));
  expect(widths.length).toBe(finding.threads.length);
  for (const width of widths) expect(width).toBeGreaterThanOrEqual(140);
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over).toBe(0);
  // The verdicts are there, too; what has no room is told in the panel.
  await page.locator('.c-alt .alt').first().waitFor({ state: 'visible' });
  expect(await page.locator('.panel').textContent()).toContain('Odds that the rule is broken');
});

test('an index has a card for each kind, which opens its finding', async () => {
  const other: Finding = { ...finding, id: 'P5-other', property: 'P5' };
  await page.goto(pages.write('index.html', [finding, other]));
  expect(await page.locator('.card').count()).toBe(2);
  expect(await page.locator('.card').first().getAttribute('class')).toContain('crash');
  expect(await support.seriousFaults(page)).toEqual([]);
  await page.locator('.card a').last().click();
  await support.ready(page);
  expect(await page.locator('h1').textContent()).toContain('3d00000.gpu');
});

test('the picture is XML that a browser reads, and tells the lines of the table', async () => {
  const evil = '</text><script>alert(1)</script> & ]]> "';
  const hostile = { ...finding, witness: { ...finding.witness, subject: evil, because: evil } };
  // A page of ours would let no style in, whoever parses it.
  await page.goto('about:blank');
  const read = (text: string) =>
    page.evaluate((source) => {
      const { documentElement: top } = new DOMParser().parseFromString(source, 'image/svg+xml');
      const tags = [...top.querySelectorAll('*')].map((e) => e.localName);
      const texts = [...top.querySelectorAll('text')].map((e) => e.textContent ?? '');
      return { root: top.localName, tags, texts };
    }, text);
  const { root, tags, texts } = await read(svgReport(finding));
  expect([root, tags.filter((t) => t === 'parsererror')]).toEqual(['svg', []]);
  const told = texts.map((t) => t.replace(/^◆/, '').trim());
  const lines = raceTable(finding, { width: 400 }).map((l) => l.trim());
  const few = lines.slice(lines.findIndex((l) => l.startsWith('---')) + 1);
  const missing = few.filter((l) => !/^\^+$/.test(l) && !told.some((t) => l.startsWith(t) && t));
  expect(missing).toEqual([]);
  expect(tags).toContain('rect');
  const odd = await read(svgReport(hostile));
  expect(odd.tags).not.toContain('script');
  expect(odd.texts.join('\n')).toContain('<script>alert(1)</script>');
});

test('the panel tells why it is no other window, as a run tells and not its file', async () => {
  const { items } = alikeTold(finding);
  expect(items.length).toBeGreaterThan(1);
  const alike = [{ window: 'C10', because: 'the file says so' }];
  await page.goto(pages.write('alike.html', [{ ...finding, alike }]));
  await support.ready(page);
  const panel = page.locator('details', { hasText: 'Seen in the same way' });
  await panel.waitFor();
  expect(await panel.locator('li').allTextContents()).toEqual(items);
  expect(await support.seriousFaults(page)).toEqual([]);
  const session = Session.open(finding) as Session;
  expect(session.reasons([])!.alike).toEqual(finding.alike);
});

describe('the same order under another kernel', () => {
  test('parts where the fix acts, and all orders there are looked at again', async () => {
    await page.goto(url);
    await support.ready(page);
    await page.keyboard.press('c');
    const choice = page.locator('#kernel');
    await choice.waitFor();
    const options = await choice.locator('option').allTextContents();
    expect(options).toContain('6.15.0 with da33e87bd2bf');
    expect(options).toContain('7.2');
    await choice.selectOption({ label: '6.15.0 with da33e87bd2bf' });
    const told = page.locator('#compared');
    await told.waitFor();
    const session = Session.open(finding) as Session;
    const compared = session.compare('@+da33e87bd2bf')!;
    const text = ((await told.textContent()) ?? '').replace(/\s+/g, ' ');
    expect(text).toContain(
      `it parts at step ${compared.parts! + 1}: modprobe in iommu_fwspec_init()`,
    );
    expect(text).toMatch(/not ready: -EPROBE_DEFER/);
    expect(await page.locator('.note.parts').count()).toBe(2);
    expect(await current()).toBe(`${compared.parts! + 1}`);
    await page.keyboard.press('x');
    const explored = page.locator('#explored', { hasText: 'states looked at' });
    await explored.waitFor();
    const found = session.explore('@+da33e87bd2bf')!;
    expect(found.closed.map((r) => r.window)).toContain('C09');
    const said = ((await explored.textContent()) ?? '').replace(/\s+/g, ' ');
    expect(said).toContain(`all ${found.states.toLocaleString('en')} states`);
    expect(said).toMatch(/closed: [^.]*C09 \(P1/);
    for (const rule of found.left) expect(said.split('left:')[1]).toContain(`(${rule.property},`);
    expect(said.split('left:')[1]).toMatch(/C14.*C10/);
    await support.picture(page, 'view-compare');
    expect(await support.seriousFaults(page)).toEqual([]);
    // A link restores it, and Escape leaves it.
    const again = await tab.context.newPage();
    await again.goto(page.url());
    await again.locator('#compared').waitFor();
    await again.close();
    await page.keyboard.press('Escape');
    await told.waitFor({ state: 'detached' });
    expect(await page.locator('.pane').count()).toBe(1);
  });

  test('a kernel that there is not is told', async () => {
    await page.goto(`${url}#kernel=9.99`);
    await page.locator('.notice', { hasText: 'names a kernel' }).waitFor();
  });
});
