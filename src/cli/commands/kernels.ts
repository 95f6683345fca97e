// SPDX-License-Identifier: GPL-2.0-only
// racewindow kernels: the kernels there are, and the commits of one of them.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { fitted, printable, wrap } from '#base/text';
import type { Io } from '#cli/io';
import type { KernelEntry, Pipeline } from '#cli/pipeline';
import { noKernel, plainName } from '#kernel/index';
import { type ExitCode, exitCodes } from '#report/exit';

/** racewindow kernels [NAME] */
export function runKernels(
  name: string | undefined,
  io: Io,
  pipeline: Pick<Pipeline, 'kernels'>,
): Result<ExitCode, UserError> {
  const all = pipeline.kernels();
  if (name === undefined) {
    io.out(`${fitted(all.map((k) => [k.name, printable(k.note)])).join('\n')}\n`);
    return ok(exitCodes.holds);
  }
  const found = all.find((k) => k.name === plainName(name));
  if (!found) {
    return noKernel(
      name,
      all.map((k) => k.name),
    );
  }
  io.out(`${kernelLines(found).join('\n')}\n`);
  return ok(exitCodes.holds);
}

function kernelLines(kernel: KernelEntry): string[] {
  const rows = kernel.commits.map((c) => [c.id, c.landed, printable(c.subject)]);
  const landed = Math.max(0, ...rows.map((row) => row[1]!.length));
  const lines = kernel.commits.flatMap(({ id, subject, landed: tag, effect }) => {
    // Each row as wide as all: what it does stands under it.
    const told = fitted([[id, tag.padEnd(landed), printable(subject)]]);
    return [...told, ...wrap(printable(effect), { first: '    ', rest: '    ' })];
  });
  return [...wrap(printable(`${kernel.name}: ${kernel.note}`), { rest: '  ' }), ...lines];
}
