// SPDX-License-Identifier: GPL-2.0-only
// view: what its server answers and to whom, which files it takes, and pages as one file.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { realPipeline } from '#cli/wiring';
import type { Finding } from '#finding/finding';
import type { Outcome } from '#finding/report';
import type { Platform } from '#platform/index';
import { findingJson, reportJson } from '#report/json';
import { retold } from '#run/told';
import type { PageData } from '#view/model/data';
import { namesAt, serve } from '#view/serve';
import { boardView, optionsAsked } from '#view/views';
import { exampleReport } from '../report/example.ts';
import { exampleResult, run, scratch } from './fake.ts';

const finding = exampleReport.findings[0]!;

/** The data that @page holds. */
function dataOf(page: string): PageData {
  const [, text] = /<script type="application\/json" id="data">(.*)<\/script>/.exec(page) ?? [];
  return JSON.parse(text!);
}

/** What a server of @findings at @port answers. */
async function served(findings: readonly Finding[], port: number) {
  const serving = await serve({ told: findings.map(retold), title: 'all', unreadable: [] }, port);
  onTestFinished(serving.close);
  const url = new URL(serving.url);
  const ask = (asked: string, host: string, method = 'GET') =>
    new Promise<{ code: number | undefined; text: string }>((resolve, reject) => {
      const { hostname } = url;
      const headers = { host };
      const sent = request(
        { hostname, port: url.port || 80, path: asked, headers, method },
        (r) => {
          let text = '';
          r.on('data', (part) => {
            text += part;
          });
          r.on('end', () => resolve({ code: r.statusCode, text }));
        },
      );
      sent.on('error', reject);
      sent.end();
    });
  return { url, ask };
}

test('the server has an index and a page for each finding, and no other path', async () => {
  const many = Array.from({ length: 60 }, (_, i) => ({ ...finding, id: `f${i}` }));
  const { url, ask } = await served(many, 0);
  expect(url.hostname).toBe('127.0.0.1');
  const index = dataOf((await ask('/', url.host)).text);
  const entries = index.cards.flatMap((card) => card.entries);
  expect(entries.map((e) => e.at).sort((a, b) => a! - b!)).toEqual([...many.keys()]);
  for (const at of [1, 60]) {
    const page = dataOf((await ask(`/finding/${at}`, url.host)).text);
    expect(page.findings.map((f) => f.id)).toEqual([`f${at - 1}`]);
  }
  for (const none of [
    '/finding/0',
    '/finding/61',
    '/finding/01',
    '/../package.json',
    '/%2e%2e/x',
  ]) {
    expect([none, (await ask(none, url.host)).code]).toEqual([none, 404]);
  }
  expect((await ask('/', url.host, 'POST')).code).toBe(404);
});

test('who asks under the name of another site gets nothing', async () => {
  const { url, ask } = await served([finding], 0);
  for (const host of ['evil.example', `evil.example:${url.port}`, '127.0.0.1', 'localhost']) {
    expect([host, (await ask('/', host)).code]).toEqual([host, 404]);
  }
  expect((await ask('/', `localhost:${url.port}`)).code).toBe(200);
});

test('at the port of HTTP a browser names no port', () => {
  expect(namesAt(80)).toEqual(['127.0.0.1', '127.0.0.1:80', 'localhost', 'localhost:80']);
  expect(namesAt(8080)).toEqual(['127.0.0.1:8080', 'localhost:8080']);
});

test('a port that is taken has a code', async () => {
  const { url } = await served([finding], 0);
  const file = path.join(await scratch(), 'f.json');
  writeFileSync(file, findingJson(finding));
  const ran = await run(['view', file, '--port', url.port]);
  expect([ran.code, ran.err]).toEqual([2, expect.stringMatching(/^RW078: .* is taken/)]);
});

test('a finding is known by what is in it, whatever its file is called', async () => {
  const folder = await scratch();
  for (const name of ['mailed.txt', 'report', 'f.json']) {
    const text = name === 'report' ? reportJson(exampleReport) : findingJson(finding);
    writeFileSync(path.join(folder, name), text);
    const out = path.join(folder, 'page.html');
    const ran = await run(['view', path.join(folder, name), '--out', out]);
    expect([name, ran.err, ran.code]).toEqual([name, '', 0]);
    expect(dataOf(readFileSync(out, 'utf8')).findings[0]!.id).toBe(finding.id);
  }
});

test('what is no finding gets a card, without the path of the folder', async () => {
  const folder = path.join(await scratch(), 'found');
  mkdirSync(path.join(folder, 'a.json'), { recursive: true });
  writeFileSync(path.join(folder, '<img src=x>.json'), findingJson(finding).slice(0, 900));
  for (let i = 0; i < 2001; i++) writeFileSync(path.join(folder, `m${i}.json`), '{}');
  writeFileSync(path.join(folder, '0.json'), findingJson(finding));
  const out = path.join(folder, 'page.html');
  expect((await run(['view', folder, '--out', out])).code).toBe(0);
  const page = readFileSync(out, 'utf8');
  expect(page).not.toContain('<img');
  expect(page).not.toContain(folder);
  const { findings, unreadable } = dataOf(page);
  expect(findings).toHaveLength(1);
  const named = new Map(unreadable.map((u) => [u.file, u.because]));
  expect(named.get('<img src=x>.json')).toBe('RW070: <img src=x>.json: not JSON');
  expect(named.get('a.json')).toMatch(/^RW002: a.json is a directory/);
  // Four files more than are read: that is told, too.
  expect(named.get('4 more files')).toMatch(/first 2000 files/);
});

test.runIf(process.getuid?.() !== 0)('a folder that may not be read has a code', async () => {
  const folder = path.join(await scratch(), 'closed');
  mkdirSync(folder, { mode: 0 });
  const ran = await run(['view', folder]);
  expect([ran.code, ran.err]).toEqual([2, expect.stringMatching(/^RW001: /)]);
});

test('a report that is replayed makes one page of all its findings', async () => {
  const folder = await scratch();
  const file = path.join(folder, 'report.json');
  const two = [finding, { ...finding, id: 'other' }];
  writeFileSync(file, reportJson({ ...exampleReport, findings: two }));
  const ran = await run(['replay', file, '--format', 'html']);
  expect(ran.code).toBe(0);
  expect(ran.out.match(/<!DOCTYPE html>/g)).toHaveLength(1);
  expect(dataOf(ran.out).findings.map((f) => f.id)).toEqual([finding.id, 'other']);
  expect(ran.err.match(/replayed: same witness/g)).toHaveLength(2);
  for (const format of ['json', 'mail']) {
    const { code, out, err } = await run(['replay', file, '--format', format]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^RW066: .*\n {2}hint: choose it with --id/);
  }
});

const matrix = {
  format: 'racewindow/matrix@1',
  windows: [finding.window, 'C10'],
  kernels: [finding.revision.name],
  cells: [
    {
      ...{ window: finding.window, kernel: finding.revision.name, state: 'found' },
      ...{ rules: ['P1'], buses: ['platform'], because: null },
    },
    {
      ...{ window: 'C10', kernel: finding.revision.name, state: 'bounded' },
      ...{ rules: [], buses: [], because: 'walk+bind' },
    },
  ],
  unnamed: [],
  states: 1,
};

test('a matrix is shown alone, and in a folder its cells lead to the findings there', async () => {
  const folder = path.join(await scratch(), 'found');
  mkdirSync(folder);
  const file = path.join(folder, 'matrix.json');
  writeFileSync(file, JSON.stringify(matrix));
  const out = path.join(folder, 'page.html');
  expect((await run(['view', file, '--out', out])).code).toBe(0);
  const cells = () => dataOf(readFileSync(out, 'utf8')).views.matrix!.rows.flatMap((r) => r.cells);
  const told = (more: object) => [
    { kernel: '6.15.0', state: 'found', note: 'breaks P1 on platform', ...more },
    { kernel: '6.15.0', state: 'bounded', note: 'walk+bind', at: null },
  ];
  expect(cells()).toEqual(told({ at: null }));
  writeFileSync(path.join(folder, 'f.json'), findingJson(finding));
  expect((await run(['view', folder, '--out', out])).code).toBe(0);
  expect(cells()).toEqual(told({ at: 0 }));
  const broken = { ...matrix, cells: [{ ...matrix.cells[0], state: 'fine' }] };
  writeFileSync(file, JSON.stringify(broken));
  const ran = await run(['view', file, '--out', out]);
  expect(ran.code).toBe(2);
  expect(ran.err).toMatch(/^RW071: [\s\S]*not a valid\s+matrix/);
});

test('a board shows who is behind whom, and says nothing of whom nobody has asked', () => {
  const device = { path: '/', createdBy: 'populate', parent: null, compatible: [], problem: null };
  const common = { dmaRanges: false, dmaCoherent: false, iommuAddresses: false, requesterId: null };
  const client = (name: string) =>
    ({ ...device, ...common, name, bus: 'platform', refersToIommu: true, groupKey: name }) as const;
  const [behind, idle] = [{ iommus: [{ iommu: 'i', ids: [5] }] }, { iommus: [] }];
  const iommu = { name: 'i', driver: 'arm-smmu', registers: true, because: null };
  const devices = ['a', 'b', 'c', 'd'].map((n) => ({ ...client(n), ...behind }));
  const platform = {
    ...{ model: 'A board', iommus: [iommu], notes: [] },
    devices: [...devices, { ...client('e'), ...idle }],
  } as unknown as Platform;
  const row = (property: string, outcome: Outcome, ...names: string[]) =>
    ({ property, outcome, devices: names }) as const;
  const view = boardView(platform, {
    findings: [{ ...finding, devices: ['a'], harm: 'crash' }],
    verdicts: [
      row('P1', 'violated', 'a'),
      row('P1', 'holds', 'b'),
      row('P13', 'not reached', 'b', 'c'),
      row('P2', 'holds', 'c'),
      row('P1', 'bounded', 'c'),
    ],
  });
  const [own, none] = view.rows;
  expect(own!.clients.map((c) => [c.name, c.state, c.at])).toEqual([
    ['a', 'crash', 0],
    ['b', 'holds', null],
    ['c', 'not decided', null],
    ['d', 'not asked', null],
  ]);
  expect([none!.name, none!.clients.map((c) => c.name)]).toEqual(['behind no IOMMU', ['e']]);
});

test('an option avoids on a board what it avoids in every finding of it', () => {
  const of = (window: string | null, ...answers: [string, 'yes' | 'no' | 'can not tell'][]) => ({
    ...finding,
    window,
    avoided: answers.map(([what, prevents]) => ({ what, prevents, because: '' })),
  });
  const rows = optionsAsked([
    of('C10', ['strict', 'yes'], ['early', 'yes'], ['both', 'yes']),
    of('C10', ['strict', 'yes'], ['early', 'can not tell']),
    of('C14', ['strict', 'no'], ['early', 'yes']),
    of('C14', ['strict', 'yes'], ['early', 'yes']),
    of(null, ['strict', 'no']),
  ]);
  expect(rows).toEqual([
    { what: 'strict', avoids: ['C10'], leaves: ['C14'], open: [] },
    { what: 'early', avoids: ['C14'], leaves: [], open: ['C10'] },
    { what: 'both', avoids: [], leaves: [], open: ['C10', 'C14'] },
  ]);
  const { avoided: _, ...unasked } = of('C10');
  expect(optionsAsked([unasked])).toEqual([]);
});

describe('the page of a check of a board', () => {
  const laptop = 'examples/boards/laptop.dtb';
  const avoided = [{ what: 'fw_devlink.strict=1', prevents: 'yes', because: '' }] as const;
  const own = { ...finding, devices: ['3d00000.gpu'], avoided };
  const pipeline = { readBoard: realPipeline().readBoard };
  const checked = (findings: readonly Finding[]) => ({
    pipeline,
    check: async () => ({ ...exampleResult, findings }),
  });
  const page = async (findings: readonly Finding[], ...args: string[]) => {
    const ran = await run(['check', laptop, '--format', 'html', ...args], checked(findings));
    expect([ran.code, ran.err]).toEqual([1, '']);
    return dataOf(ran.out);
  };

  test('has the board, coloured by it, and what avoids the windows', async () => {
    const { views, findings, shown } = await page([own, { ...own, id: 'b', property: 'P2' }]);
    const gpu = views.board!.rows.flatMap((r) => r.clients).find((c) => c.name === '3d00000.gpu')!;
    expect([gpu.state, gpu.windows, gpu.at]).toEqual([own.harm, [own.window], 0]);
    const row = { what: avoided[0].what, avoids: [own.window], leaves: [], open: [] };
    expect([gpu.options, views.board!.options]).toEqual([[row], [row]]);
    expect(shown).toBeNull();
    expect(findings.map((f) => [f.avoided, f.filed])).toEqual([
      [avoided, undefined],
      [avoided, undefined],
    ]);
  });

  test('of one finding is that finding alone', async () => {
    const { views, findings, shown } = await page([own]);
    expect([views.board, shown, findings.length]).toEqual([null, 0, 1]);
    expect(findings[0]!.avoided).toEqual(avoided);
  });

  test('is served with what --avoid asks, which is for no file of findings', async () => {
    const out = path.join(await scratch(), 'page.html');
    const ran = await run(['view', laptop, '--avoid', '--out', out], checked([own]));
    expect([ran.code, ran.err, ran.asked.options?.avoid]).toEqual([0, '', true]);
    expect(dataOf(readFileSync(out, 'utf8')).views.board!.options).toHaveLength(1);
    const file = path.join(path.dirname(out), 'f.json');
    writeFileSync(file, findingJson(own));
    for (const more of [['--avoid'], ['--device', '3d00000.gpu']]) {
      const { code, err } = await run(['view', file, ...more, '--out', out]);
      expect([code, err]).toEqual([2, expect.stringContaining(`RW066: ${more[0]} is for a board`)]);
    }
    // What a file says is told as its word.
    expect((await run(['view', file, '--out', out])).code).toBe(0);
    const [filed] = dataOf(readFileSync(out, 'utf8')).findings;
    expect([filed!.avoided, filed!.filed]).toEqual([undefined, avoided]);
  });
});
