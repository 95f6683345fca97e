// SPDX-License-Identifier: GPL-2.0-only
// view: what its server answers and to whom, which files it takes, and pages as one file.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Finding } from '#finding/finding';
import { findingJson, reportJson } from '#report/json';
import type { PageData } from '#view/model/data';
import { namesAt, serve } from '#view/serve';
import { exampleReport } from '../report/example.ts';
import { run, scratch } from './fake.ts';

const finding = exampleReport.findings[0]!;

/** The data that @page holds. */
function dataOf(page: string): PageData {
  const [, text] = /<script type="application\/json" id="data">(.*)<\/script>/.exec(page) ?? [];
  return JSON.parse(text!);
}

/** What a server of @findings at @port answers. */
async function served(findings: readonly Finding[], port: number) {
  const serving = await serve({ findings, title: 'all', unreadable: [] }, port);
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
