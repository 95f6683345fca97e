// SPDX-License-Identifier: GPL-2.0-only
// racewindow windows: the catalogue of race windows, and one of them in full.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { fitted, printable, wrap } from '#base/text';
import type { Io } from '#cli/io';
import type { Pipeline, WindowEntry, WindowWay } from '#cli/pipeline';
import { type ExitCode, exitCodes } from '#report/exit';

/** racewindow windows [ID|TEXT...]: all, one in full, or those that speak of a symptom. */
export function runWindows(
  words: readonly string[],
  io: Io,
  pipeline: Pick<Pipeline, 'windows'>,
): Result<ExitCode, UserError> {
  const all = pipeline.windows();
  const id = words.join(' ');
  if (words.length === 0) {
    const rows = all.map((w) => [w.id, w.state, printable(w.title)]);
    io.out(`${fitted(rows).join('\n')}\n`);
    return ok(exitCodes.holds);
  }
  const found = all.find((w) => w.id.toLowerCase() === id.toLowerCase());
  const like = found ? [] : speaking(all, id);
  if (like.length > 0) {
    io.out(`${like.flatMap(foundLines).join('\n')}\n`);
    return ok(exitCodes.holds);
  }
  if (!found) {
    const isId = /^c\d+$/i.test(id);
    const ids = all.map((w) => w.id);
    const hint = isId
      ? didYouMean(id, ids, 'window')
      : 'say less of it, or list all: racewindow windows';
    return fail('RW063', `${id}: no ${isId ? 'such window' : 'window speaks of that'}`, hint);
  }
  io.out(`${windowLines(found).join('\n')}\n`);
  return ok(exitCodes.holds);
}

/** Those of @all that say @text as it stands; where none does, those that have all its words. */
function speaking(all: readonly WindowEntry[], text: string): readonly WindowEntry[] {
  // Of three letters or fewer, any text has some word.
  if (text.trim().length <= 3) return [];
  const phrase = plainWords(text);
  const words = phrase.split(' ');
  const exact = all.filter((w) => saidOf(w).includes(phrase));
  if (exact.length > 0) return exact;
  return all.filter((w) => words.every((word) => saidOf(w).split(' ').includes(word)));
}

/** What @window says of itself, its symptom among it. */
function saidOf({ name, title, text, symptom }: WindowEntry): string {
  return plainWords([name, title, text, symptom ?? ''].join(' '));
}

/** @text in small letters, with one blank where it has blanks, hyphens or stops. */
function plainWords(text: string): string {
  return ` ${text.toLowerCase().replace(/[^a-z0-9_()]+/g, ' ')} `.replace(/ +/g, ' ').trim();
}

/** A window that was found by its symptom. */
function foundLines({ id, name, state, symptom, kernels }: WindowEntry): string[] {
  const seen = symptom === null ? [] : wrap(printable(`seen as: ${symptom}`), deeper);
  return [
    ...fitted([[id, state, printable(name)]]),
    ...seen,
    ...wrap(printable(`kernels: ${kernels || 'none'}`), deeper),
  ];
}

const deeper = { first: '  ', rest: '    ' };

function windowLines(window: WindowEntry): string[] {
  const { id, name, title, text, precondition, symptom, kernels, ways, links } = window;
  const named = (label: string, value: string): string[] =>
    wrap(printable(`${label}: ${value}`), { rest: '  ' });
  return [
    ...wrap(printable(`${id} ${name}: ${title}`), { rest: '  ' }),
    '',
    ...wrap(printable(text)),
    '',
    ...named('needs', precondition),
    ...(symptom === null ? [] : named('seen as', symptom)),
    ...named('kernels', kernels || 'none'),
    ...ways.flatMap(wayLines),
    ...links.map((l) => printable(`Link: ${l}`)),
  ];
}

function wayLines({ what, opened, closed, untold }: WindowWay): string[] {
  const first = what === null ? '' : '  ';
  const named = (label: string, value: string): string[] =>
    wrap(printable(`${label}: ${value}`), { first, rest: `${first}  ` });
  return [
    ...(what === null ? [] : wrap(printable(what), { rest: '  ' })),
    ...named('opened by', opened ?? 'nothing since v6.0: it is older'),
    ...(closed.length === 0 ? named('closed by', 'nothing known') : []),
    ...closed.flatMap((c) => named('closed by', c)),
    ...(untold === null ? [] : named('not looked for', untold)),
  ];
}
