// SPDX-License-Identifier: GPL-2.0-only
// racewindow windows: the catalogue of race windows, and one of them in full.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { columns, printable, wrap } from '#base/text';
import type { Io } from '#cli/io';
import type { Pipeline, WindowEntry, WindowWay } from '#cli/pipeline';
import { type ExitCode, exitCodes } from '#report/exit';
import { cutWords } from '#report/words';

/** racewindow windows [ID] */
export function runWindows(
  id: string | undefined,
  io: Io,
  pipeline: Pick<Pipeline, 'windows'>,
): Result<ExitCode, UserError> {
  const all = pipeline.windows();
  if (id === undefined) {
    const rows = all.map((w) => [w.id, w.title, w.state]);
    io.out(
      `${columns(rows.map((r) => [r[0]!, r[2]!, cutWords(printable(r[1]!), 62)])).join('\n')}\n`,
    );
    return ok(exitCodes.holds);
  }
  const found = all.find((w) => w.id.toLowerCase() === id.toLowerCase());
  if (!found) {
    const hint = didYouMean(
      id,
      all.map((w) => w.id),
      'window',
    );
    return fail('RW063', `${id}: no such window`, hint);
  }
  io.out(`${windowLines(found).join('\n')}\n`);
  return ok(exitCodes.holds);
}

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
