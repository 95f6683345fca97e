// SPDX-License-Identifier: GPL-2.0-only
// Patches by git: mailsplit and mailinfo decode mails, apply changes files. No repository is
// needed.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SourceError } from './errors.ts';
import { mailHead } from './mail.ts';
import {
  type Application,
  type Diff,
  type DiffNames,
  hasDiff,
  noDiff,
  type PatchInput,
  type PatchTool,
  type Refusal,
  unixLines,
} from './patch-tool.ts';

interface Ran {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

/**
 * Run git in @dir, away from any repository around it and from the user's settings: those could
 * mend white space or take paths in another way.
 */
function git(dir: string, args: readonly string[], input = ''): Ran {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_CEILING_DIRECTORIES: dirname(dir),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  const done = spawnSync('git', args, {
    cwd: dir,
    env,
    input: Buffer.from(input, 'latin1'),
    maxBuffer: 1 << 28,
  });
  return {
    ok: done.status === 0,
    out: done.stdout?.toString('latin1') ?? '',
    err: done.stderr?.toString('latin1') ?? '',
  };
}

/** What git does with patches; null where there is no git. */
export function gitTool(): PatchTool | null {
  return git(tmpdir(), ['--version']).ok ? { split, names, apply } : null;
}

function split(input: PatchInput): Diff[] {
  const text = unixLines(input.text);
  const diffs = mailHead(text) ? mails({ ...input, text }) : [{ label: input.name, text }];
  const found = diffs.filter((diff) => hasDiff(diff.text));
  if (found.length === 0) throw noDiff(input.name);
  return found;
}

function mails({ name, text }: PatchInput): Diff[] {
  const dir = mkdtempSync(join(tmpdir(), 'racewindow-mail-'));
  try {
    const done = git(dir, ['mailsplit', '-b', '-o.'], text);
    if (!done.ok) throw unreadable(name, done);
    const files = readdirSync(dir).sort();
    return files.map((file, i) => {
      const mail = readFileSync(join(dir, file), 'latin1');
      const info = git(dir, ['mailinfo', '-k', `${file}.msg`, `${file}.diff`], mail);
      if (!info.ok) throw unreadable(name, info);
      const subject = mailHead(mail)?.subject;
      const which = files.length === 1 ? '' : `, mail ${i + 1}${subject ? ` ("${subject}")` : ''}`;
      const decoded = readFileSync(join(dir, `${file}.diff`), 'latin1');
      return { label: `${name}${which}`, text: unixLines(decoded) };
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function unreadable(name: string, { err }: Ran): SourceError {
  const why = err.trim().split('\n')[0] ?? '';
  return new SourceError('RW306', `${name} is no mailbox that git reads: ${why}`, 'save it anew');
}

/** Names in the heads of files; /dev/null is none, quoted ones are left to git. */
const HEADS = /^(?:---|\+\+\+|(?:rename|copy) (?:from|to)) (?!\/dev\/null|")([^\t\r\n]+)/gm;

/** With a/ and b/ before the names, as git writes them, or other letters; else without. */
function stripOf(text: string): '-p1' | '-p0' {
  const heads = [...text.matchAll(/^(?:---|\+\+\+|diff --git) (?!\/dev\/null|"|$)(\S+)/gm)];
  return heads.every((m) => /^[a-z0-9]\//.test(m[1]!)) ? '-p1' : '-p0';
}

function names({ text }: Diff): DiffNames {
  // Each is added TAB deleted TAB name; a rename gives its new name only.
  const { out } = git(tmpdir(), ['apply', '--numstat', '-z', stripOf(text)], text);
  const touched = out.split('\0').flatMap((row) => row.split('\t')[2] ?? []);
  const heads = [...text.matchAll(HEADS)].map((m) => m[1]!.trim());
  const all = new Set([...touched, ...heads, ...heads.map((name) => name.replace(/^[^/]\//, ''))]);
  return { touched, all: [...all] };
}

function apply({ diff, dir, reverse, without }: Application): Refusal | null {
  const exclude = without.map((name) => `--exclude=${name.replace(/[\\*?[]/g, '\\$&')}`);
  const flags = [stripOf(diff.text), '--whitespace=nowarn', ...(reverse ? ['-R'] : [])];
  const done = git(dir, ['apply', ...flags, ...exclude], diff.text);
  return done.ok ? null : refusalOf(done.err);
}

/** What git says, in the three kinds that matter. */
function refusalOf(err: string): Refusal {
  const errors = [...err.matchAll(/^(?:error|fatal): (.*)$/gm)].map((m) => m[1]!);
  const gone = errors.flatMap((e) => /^(.*): No such file or directory$/.exec(e)?.[1] ?? []);
  if (gone.length > 0 && gone.length === errors.length) return { kind: 'missing', paths: gone };
  const failed = errors.flatMap((e) => /^patch failed: (.*):(\d+)$/.exec(e)?.slice(1) ?? []);
  if (failed.length > 0) {
    return { kind: 'misfit', why: `${failed[0]}, the hunk at line ${failed[1]}` };
  }
  const why = errors.at(-1) ?? err.trim();
  const fits = /does not apply|No such file|already exists|does not exist|does not match|has type/;
  return fits.test(why) ? { kind: 'misfit', why } : { kind: 'unreadable', why };
}
