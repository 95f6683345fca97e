// SPDX-License-Identifier: GPL-2.0-only
// Tools that build and boot: what has to be there, and a run of one.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';

/** Tools, and the Debian package that has each. */
type ToolPackages = Readonly<Record<string, string>>;

/** An error that names the first of @tools that is not there, and who has it. */
export function requireTools(tools: ToolPackages): Result<null, UserError> {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  for (const [tool, from] of Object.entries(tools)) {
    if (path.some((dir) => existsSync(join(dir, tool)))) continue;
    return fail('RW501', `${tool} is not installed`, `Debian has it in the package ${from}`);
  }
  return ok(null);
}

/** What ends a program that has no other wish. */
const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a tool came to. */
export interface ToolRun {
  /** Null where it was ended. */
  readonly code: number | null;
  readonly text: string;
}

/** Run a tool without input: its exit code and all that it says. Who ends us ends it, too. */
export function run(
  command: string,
  args: readonly string[],
  timeout: number,
  env: Readonly<Record<string, string>> = {},
): Promise<ToolRun> {
  return new Promise((finish) => {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { stdio, timeout, env: { ...process.env, ...env } });
    const parts: Buffer[] = [];
    const textOf = (): string => Buffer.concat(parts).toString('utf8');
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => parts.push(d));
    const stop = (signal: NodeJS.Signals): void => {
      free();
      child.kill();
      process.kill(process.pid, signal);
    };
    const free = (): void => {
      for (const signal of ends) process.removeListener(signal, stop);
    };
    for (const signal of ends) process.once(signal, stop);
    const done = (code: number | null, text: string): void => {
      free();
      finish({ code, text });
    };
    child.on('error', (error) => done(null, `${error.message}\n`));
    child.on('close', (code) => done(code, textOf()));
  });
}
