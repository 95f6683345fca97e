// SPDX-License-Identifier: GPL-2.0-only
// A page as one file: its style, its scripts and its data, and a policy that lets nothing else in.
//
// The policy names the hashes of what the file holds, so that nothing a finding says can become a
// script, and it allows no request to anywhere. The worker stands in the file compressed, as text
// that no browser runs; the page makes a Blob of it.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { PageData } from './model/data.ts';

/** What the build has made of src/view/page. */
interface Parts {
  readonly main: string;
  /** Compressed, in base64. */
  readonly worker: string;
  readonly style: string;
}

let built: Parts | undefined;

function parts(): Parts {
  // Run from the sources, the parts are those of the last build.
  const places = ['./page/', '../../dist/view/page/'].map((p) => new URL(p, import.meta.url));
  const place = places.find((p) => existsSync(new URL('main.js', p)));
  if (place === undefined) throw new Error('the page is not built: node scripts/build-page.mjs');
  const read = (name: string): string => readFileSync(new URL(name, place), 'utf8').trim();
  built ??= {
    main: read('main.js'),
    worker: gzipSync(read('worker.js'), { level: 9 }).toString('base64'),
    style: read('style.css'),
  };
  return built;
}

/** The page of @data. */
export function pageHtml(data: PageData): string {
  const { main, worker, style } = parts();
  const policy = policyOf([main], style);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${escaped(`racewindow ${data.producer.version}`)}">
<title>${escaped(data.title)}</title>
<style>${style}</style>
</head>
<body>
<div id="app"><noscript>This page needs JavaScript; it asks nothing of the network.</noscript></div>
<script type="application/json" id="data">${jsonInScript(data)}</script>
<script type="text/plain" id="worker">${worker}</script>
<script>${main}</script>
</body>
</html>
`;
}

/** What the page may do: run what it holds, and nothing else. */
function policyOf(scripts: readonly string[], style: string): string {
  const hashes = (texts: readonly string[]): string =>
    texts.map((t) => `'sha256-${createHash('sha256').update(t).digest('base64')}'`).join(' ');
  return [
    "default-src 'none'",
    `script-src ${hashes(scripts)}`,
    'worker-src blob:',
    `style-src ${hashes([style])}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** JSON that can not end the script that it stands in. */
function jsonInScript(data: PageData): string {
  return JSON.stringify(data)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
