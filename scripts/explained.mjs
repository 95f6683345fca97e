// SPDX-License-Identifier: GPL-2.0-only
// What findings say of why they fail, computed again by brute force: that swapping the pair keeps
// the rule, where the window opens and ends, the odds, and the point of no return.
//
//   npm run explained                     the laptop and the generic worlds, three kernels
//   npm run explained -- 20 [BOARD.dtb]   20 findings of each at most, and of another board
//
// Exit code 1 where one differs.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadTs } from './load-ts.mjs';
import { commandLine } from './options.mjs';

const { words } = commandLine(import.meta.url, {}, [
  { name: 'how many findings at most', type: 'number', least: 1 },
  { name: 'a board', type: 'path', multiple: true },
]);
const [most = 1000, ...more] = words;

const root = fileURLToPath(new URL('..', import.meta.url));
/** Larger graphs take brute force too long. */
const STATES_MAX = 130_000;
const boards = ['examples/boards/laptop.dtb', null, ...more];
const kernels = ['6.12.y', '6.15.0', '7.2'];

/** Findings of a board, or of the generic worlds, with why they fail. */
function findingsOf(board, kernel) {
  const args = ['dist/cli/main.js', 'check', ...(board === null ? [] : [board])];
  const ran = spawnSync(process.execPath, [...args, '--kernel', kernel, '--format', 'json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (ran.status === 2 || ran.status === null) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout).findings;
}

/** At most so many, from all over the list. */
function spread(list) {
  const step = Math.max(1, list.length / most);
  return list.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

const { recheckFindings } = await loadTs('test/support/findings.ts');
const count = { findings: 0, exact: 0, pair: 0, none: 0, always: 0, ended: 0, beyond: 0, open: 0 };
let wrong = 0;
for (const kernel of kernels) {
  for (const board of boards) {
    for (const { finding, faults } of recheckFindings(
      spread(findingsOf(board, kernel)),
      STATES_MAX,
    )) {
      const { why, id } = finding;
      count.findings++;
      if (why?.odds.exact) count.exact++;
      if (why?.always) count.always++;
      else if (why) count[why.pair ? 'pair' : 'none']++;
      if (why?.window) {
        count[why.window.end === null ? 'open' : why.window.end.beyond ? 'beyond' : 'ended']++;
      }
      if (faults.length === 0) continue;
      wrong++;
      console.log(`${board ?? 'generic'} ${kernel} ${id}: ${faults.join('; ')}`);
    }
  }
}
const { findings, exact, pair, none, always, ended, beyond, open } = count;
console.log(`${findings} findings, ${exact} with exact odds, ${wrong} differ`);
console.log(`${pair} have a pair, ${none} have none, ${always} break in every order`);
console.log(`windows: ${ended} end in the trace, ${beyond} beyond it, ${open} never`);
process.exitCode = wrong > 0 ? 1 : 0;
