// SPDX-License-Identifier: GPL-2.0-only
// Compute the matrix of windows and kernels and write it to docs/matrix.md; some minutes.
//
//   npm run matrix              all kernels
//   npm run matrix -- --jobs 2 --kernels 6.15.0,6.15.1
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const args = ['dist/cli/main.js', 'matrix', '--format', 'md', ...given];
const table = execFileSync(process.execPath, ['--stack-size=4000', ...args], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const command = ['npm run matrix', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
const head = `# Windows by kernel

Computed by \`${command}\`; not to be edited. Worlds: those of
src/worlds/generic.ts and hand.ts.
Where it differs from the catalogue: [findings-matrix.md](findings-matrix.md).

`;
writeFileSync(`${root}docs/matrix.md`, head + table);
