// SPDX-License-Identifier: GPL-2.0-only
// Bisect every window from the command line and compare with the catalogue; exit 1 at a difference.
//
//   npm run bisect-sweep                    all windows, 6.0 to 7.2; some minutes
//   npm run bisect-sweep -- C09,C12         only these
//
// Needs `npm run build`. A difference that has a reason stands in bisect-sweep.json, with what the
// bisection names and why. A commit of the catalogue that the model does not know is not asked for.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const { commits } = await import(new URL('dist/kernel/index.js', root).href);
const { windows } = await import(new URL('dist/windows/index.js', root).href);
const explained = JSON.parse(readFileSync(new URL('bisect-sweep.json', import.meta.url), 'utf8'));
const only = process.argv[2]?.split(',');

/** What `racewindow bisect` says of @window: what opens and closes it, `6.0` for the start. */
function bisected(window) {
  const args = ['--stack-size=4000', 'dist/cli/main.js', 'bisect', window];
  const run = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
  });
  if (run.status === null || run.status === 2) return { error: run.stderr.trim().split('\n')[0] };
  const named = (word) =>
    [...run.stdout.matchAll(new RegExp(`^${word} by ([0-9a-f]{12})`, 'gm'))].map((m) => m[1]);
  const early = /^open in (\S+) already/m.exec(run.stdout)?.[1];
  return { opened: [...(early ? [early] : []), ...named('opened')], closed: named('closed') };
}

const isKnown = (sha) => commits.some((c) => c.sha === sha);
const same = (a, b) => a.length === b.length && a.every((sha) => b.includes(sha));
/** Where the catalogue names no opener, the window is there from the start or does not show. */
const opensAs = (found, claims) =>
  same(found, claims) || (claims.length === 0 && !found.some(isKnown));
const text = (list) => (list.length === 0 ? '-' : list.join(' '));

let wrong = 0;
const began = performance.now();
for (const window of windows) {
  if (only && !only.includes(window.id)) continue;
  const start = performance.now();
  const found = bisected(window.id);
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`.padStart(7);
  if (found.error !== undefined) {
    console.log(`${window.id} ${took}  ${found.error}`);
    if (!(window.id in explained)) wrong++;
    continue;
  }
  const claims = { opened: window.opened.filter(isKnown), closed: window.closed.filter(isKnown) };
  const reason = explained[window.id];
  const agrees = opensAs(found.opened, claims.opened) && same(found.closed, claims.closed);
  const told = reason && same(found.opened, reason.opened) && same(found.closed, reason.closed);
  const verdict = agrees ? 'as the catalogue' : told ? 'explained' : 'DIFFERS';
  if (!agrees && !told) wrong++;
  console.log(`${window.id} ${took}  ${verdict}`);
  console.log(`    opened  ${text(found.opened)}  closed  ${text(found.closed)}`);
  if (agrees) continue;
  console.log(`    catalogue:  opened  ${text(claims.opened)}  closed  ${text(claims.closed)}`);
  if (told) console.log(`    ${reason.because}`);
}
const total = ((performance.now() - began) / 1000).toFixed(0);
console.log(`\n${wrong} not as the catalogue and not explained, ${total} s`);
process.exitCode = wrong === 0 ? 0 : 1;
