// SPDX-License-Identifier: GPL-2.0-only
// A PostgreSQL server in a folder of its own, on this machine alone, for scripts.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

/** Nobody: PostgreSQL refuses to run as root. */
const NOBODY = { uid: 65534, gid: 65534 };

/** The folder of the newest PostgreSQL that Debian has installed; null for none. */
export function postgresBin() {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base)
    ? readdirSync(base)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  const bins = versions.map((version) => path.join(base, String(version), 'bin'));
  return bins.find((bin) => existsSync(path.join(bin, 'initdb'))) ?? null;
}

/** A server below @dir, with one user and one database; it ends with this process. */
export class Postgres {
  constructor(bin, dir) {
    this.bin = bin;
    this.dir = dir;
    this.who = process.getuid() === 0 ? NOBODY : {};
    this.password = 'p@ss/word';
    process.on('exit', () => this.process?.kill('SIGQUIT'));
  }

  async start() {
    if (this.port === undefined) await this.make();
    const socket = ['-k', this.dir, '-h', '127.0.0.1', '-p', String(this.port)];
    const args = ['-D', path.join(this.dir, 'data'), ...socket, '-F'];
    this.process = spawn(path.join(this.bin, 'postgres'), args, { stdio: 'ignore', ...this.who });
    for (let tries = 0; !this.isReady(); tries++) {
      if (tries > 200 || this.process.exitCode !== null)
        throw new Error('PostgreSQL does not start');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** End it as a crash would. */
  async kill() {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGQUIT');
    await ended;
  }

  /** With the password @password, or its own. */
  url({ password = this.password, database = 'rw', user = 'rw' } = {}) {
    const secret = encodeURIComponent(password);
    return `postgres://${user}:${secret}@127.0.0.1:${this.port}/${database}`;
  }

  /** The rows of a statement, each a list of texts. */
  rows(sql) {
    const done = this.tool('psql', ['-d', 'rw', '-AtF', '\t', '-c', sql]);
    if (done.status !== 0) return null;
    return done.stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')]));
  }

  async make() {
    this.port = await freePort();
    mkdirSync(this.dir, { recursive: true });
    const secret = path.join(this.dir, 'password');
    writeFileSync(secret, this.password);
    for (const file of this.who.uid === undefined ? [] : [this.dir, secret]) {
      chownSync(file, this.who.uid, this.who.gid);
    }
    chmodSync(this.dir, 0o700);
    const auth = ['-U', 'rw', '-A', 'scram-sha-256', `--pwfile=${secret}`];
    const args = ['-D', path.join(this.dir, 'data'), '-E', 'UTF8', '--locale=C', '-N', ...auth];
    const done = spawnSync(path.join(this.bin, 'initdb'), args, {
      ...{ encoding: 'utf8', cwd: '/', ...this.who },
    });
    if (done.status !== 0) throw new Error(`initdb: ${done.stderr}`);
    await this.start();
    this.tool('createdb', ['rw']);
    await this.kill();
  }

  isReady() {
    return this.tool('pg_isready', ['-q']).status === 0;
  }

  tool(name, args) {
    const at = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'rw'];
    const env = { ...process.env, PGPASSWORD: this.password };
    return spawnSync(path.join(this.bin, name), [...at, ...args], { encoding: 'utf8', env });
  }
}

/** A port of this machine that nobody has. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
