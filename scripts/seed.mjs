// SPDX-License-Identifier: GPL-2.0-only
// Run the commands of docs/seed.md and hold what they print against what the page says they show.
//
//   node scripts/seed.mjs [WORD...]   all of them, or those with one of the words in the command
//
// Needs `npm run build`. A line `#> 1 C09` after a command: exit code 1, and C09 in what it prints
// (white space does not count). A command without such a line is an error.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandLine } from './options.mjs';

const { words } = commandLine(import.meta.url, {}, [
  { name: 'a word', type: 'string', multiple: true },
]);

const root = fileURLToPath(new URL('..', import.meta.url));

/** Commands of the blocks that are marked sh, each with what it is to show. */
function commandsOf(text) {
  const found = [];
  for (const [, block] of text.matchAll(/^```sh\n([\s\S]*?)^```/gm)) {
    for (const line of block.split('\n')) {
      const [, code, says] = line.match(/^#> (\d) (.*)$/) ?? [];
      if (line.startsWith('racewindow ')) found.push({ line, shows: [] });
      else if (says) found.at(-1).shows.push({ code: Number(code), says });
    }
  }
  return found;
}

const flat = (text) => text.replace(/\s+/g, ' ');

function run({ line, shows }) {
  const args = line.split(/\s+/).slice(1);
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 };
  const node = ['--stack-size=4000', 'dist/cli/main.js', ...args];
  const { status, stdout } = spawnSync(process.execPath, node, options);
  const wrong = shows.filter(({ code, says }) => status !== code || !flat(stdout).includes(says));
  const ok = shows.length > 0 && wrong.length === 0;
  console.log(`${ok ? 'as said' : `NOT AS SAID (exit ${status})`}  ${line}`);
  for (const { code, says } of wrong) console.log(`  ${code} ${says}`);
  return ok;
}

const all = commandsOf(readFileSync(`${root}docs/seed.md`, 'utf8'));
const chosen = all.filter(({ line }) => words.length === 0 || words.some((w) => line.includes(w)));
const good = chosen.filter(run).length;
console.log(`${good} of ${chosen.length} commands show what docs/seed.md says`);
process.exitCode = chosen.length > 0 && good === chosen.length ? 0 : 1;
