// SPDX-License-Identifier: GPL-2.0-only
// What users get: the checkout as a fresh clone, packed, installed, judged by publint and attw, and
// compiled against without the types of Node.
//
//   node scripts/package-check.mjs       needs npm's registry, or npm's cache of it

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine } from './options.mjs';

commandLine(import.meta.url);

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const work = fs.mkdtempSync(path.join(tmpdir(), 'racewindow-package-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));

/** Run a command; its output, or the end of this script with what it said. */
function run(cwd, command, ...args) {
  console.log(`$ ${command} ${args.join(' ')}`);
  // npm sets these for its scripts; they are about the npm that runs us.
  const env = Object.fromEntries(Object.entries(process.env).filter(([k]) => !/^npm_/i.test(k)));
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', env });
  if (done.status === 0) return done.stdout;
  fail(`${command} ${args[0]} ended with ${done.status}\n${done.stdout}${done.stderr}`);
}

function fail(why) {
  console.error(`package: ${why}`);
  process.exit(1);
}

function demand(condition, why) {
  if (!condition) fail(why);
}

/** The racewindow below an npm prefix runs, and has its man page. */
function tryCommand(prefix) {
  const command = path.join(prefix, 'bin', 'racewindow');
  demand(fs.existsSync(command), `no command ${command}`);
  const version = run(work, command, '--version').trim();
  demand(version === manifest.version, `the version is ${version}`);
  const board = path.join(root, 'examples', 'boards', 'laptop.dtb');
  demand(run(work, command, 'board', board).includes('3d00000.gpu'), 'the board is not read');
  demand(fs.existsSync(path.join(prefix, 'share/man/man1/racewindow.1')), 'no man page');
}

/** What few need is not installed with the package below @prefix, and told of. */
function tryWithoutPeers(prefix) {
  const command = path.join(prefix, 'bin', 'racewindow');
  const queue = ['worker', '--queue', 'postgres://me@127.0.0.1/rw'];
  const { status, stderr } = spawnSync(command, queue, { cwd: work, encoding: 'utf8' });
  const isTold = status === 2 && /^RW120: [\s\S]*npm install pg-boss@/.test(stderr);
  demand(isTold, `worker without pg-boss ends with ${status}: ${stderr}`);
}

/** A program that uses every export compiles without @types/node, and runs. */
function tryImports(tgz) {
  const user = path.join(work, 'user');
  fs.mkdirSync(user);
  fs.writeFileSync(path.join(user, 'package.json'), '{ "private": true, "type": "module" }\n');
  run(user, 'npm', 'install', '--no-audit', '--no-fund', tgz);
  const names = Object.keys(manifest.exports).filter((name) => !/\*|\.json$/.test(name));
  const imports = names.map((name, i) => {
    const specifier = path.posix.join(manifest.name, name);
    const count = `export const n${i}: number = Object.keys(m${i}).length;`;
    return `import * as m${i} from '${specifier}';\n${count}\n`;
  });
  const checks = names.map((_, i) => `if (n${i} === 0) throw new Error('${names[i]} is empty');\n`);
  fs.writeFileSync(path.join(user, 'use.ts'), [...imports, ...checks].join(''));
  const options = {
    ...{ target: 'ES2022', lib: ['ES2023'], module: 'nodenext', strict: true },
    ...{ types: [], skipLibCheck: false },
  };
  const project = { compilerOptions: options, files: ['use.ts'] };
  fs.writeFileSync(path.join(user, 'tsconfig.json'), JSON.stringify(project));
  run(user, process.execPath, path.join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
  run(user, process.execPath, 'use.js');
  run(user, process.execPath, '-e', "require('racewindow/package.json')");
}

const clone = path.join(work, 'clone');
run(root, 'git', 'clone', '--quiet', root, clone);
const packed = JSON.parse(run(clone, 'npm', 'pack', '--json', '--pack-destination', work));
const tgz = path.join(work, packed[0].filename);
console.log(`${packed[0].entryCount} files, ${packed[0].unpackedSize} bytes`);
const bin = path.join(root, 'node_modules', '.bin');
console.log(run(clone, path.join(bin, 'publint'), '--strict', tgz));
// Everything here is ESM; that CommonJS cannot require it on old Nodes is known.
console.log(run(work, path.join(bin, 'attw'), tgz, '--profile', 'esm-only', '--format', 'ascii'));
tryImports(tgz);

const [fromTgz, fromClone] = [path.join(work, 'from-tgz'), path.join(work, 'from-clone')];
run(work, 'npm', 'install', '--global', '--prefix', fromTgz, tgz);
tryCommand(fromTgz);
tryWithoutPeers(fromTgz);
const second = path.join(work, 'second');
run(root, 'git', 'clone', '--quiet', root, second);
run(second, 'npm', 'install', '--global', '--prefix', fromClone, '.');
tryCommand(fromClone);
console.log('package: as it should be');
