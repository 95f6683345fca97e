// SPDX-License-Identifier: GPL-2.0-only
// racewindow view: findings in a browser, from a file, a folder, or a board that is checked first.

import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { plural, printable } from '#base/text';
import { inputName, readInput, readText, reportBytes, writeFiles } from '#cli/files';
import { readFirmware } from '#cli/input';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import { contentOf } from '#firmware/content';
import { type ExitCode, exitCodes } from '#report/exit';
import { documentHint, type MatrixFile, parseViewed, type Viewed } from '#report/validate';
import { asFound, type InOurWords, retold } from '#run/told';
import { filePage, titleOfReport } from '#view/build';
import { pageHtml } from '#view/html';
import { type LogView, noViews } from '#view/model/views';
import { type Served, serve } from '#view/serve';
import { boardView, logView, matrixView } from '#view/views';
import { checkReport } from './check.ts';

/** The options of the command line. */
interface ViewArguments {
  readonly input: string | undefined;
  readonly kernel: string;
  readonly device?: readonly string[];
  readonly avoid?: boolean;
  readonly port: number;
  readonly out?: string;
}

/** Files of a folder to look into at most. */
const FILES_MAX = 2000;

/** Run the command; serving ends where @stop does, or the process. */
export async function runView(
  args: ViewArguments,
  io: Io,
  pipeline: Pipeline,
  stop: Promise<void> = new Promise(() => undefined),
): Promise<Result<ExitCode, UserError>> {
  const served = await servedOf(args, io, pipeline);
  if (!served.ok) return served;
  const { told, title, unreadable, views } = served.value;
  if (told.length === 0 && unreadable.length === 0 && views === undefined) {
    const hint = 'there is nothing to look at: every rule holds, or nothing was checked';
    return fail('RW072', `${title}: no finding`, hint);
  }
  if (args.out !== undefined) {
    const text = pageHtml(filePage(told, title, unreadable, views));
    const file = { name: path.basename(args.out), text };
    const written = await writeFiles(path.dirname(args.out), [file]);
    return written.ok ? ok(exitCodes.holds) : written;
  }
  try {
    const serving = await serve(served.value, args.port);
    io.out(`${plural(told.length, 'finding')} at ${serving.url} until Ctrl-C\n`);
    await Promise.race([serving.closed, stop]);
    await serving.close();
    return ok(exitCodes.holds);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EACCES' ? 'may not be opened' : 'is taken';
    return fail('RW078', `--port ${args.port}: the port ${why}`, 'leave it out for any free one');
  }
}

/** What the argument names: a finding, a report, a folder of them, or a board to check. */
async function servedOf(
  args: ViewArguments,
  io: Io,
  pipeline: Pipeline,
): Promise<Result<Served, UserError>> {
  const { input } = args;
  if (input !== undefined && input !== '-' && isFolder(input)) {
    const names = namesIn(input);
    if (!names.ok) return names;
    const files = names.value.filter((name) => name.endsWith('.json'));
    if (files.length > 0) return refuseBoardOptions(args) ?? ok(ofFolder(input, files.sort()));
  } else if (input !== undefined && isDocument(input)) {
    return refuseBoardOptions(args) ?? ofFile(input);
  }
  const asked = { firmware: input, kernel: args.kernel, format: 'json' } as const;
  const report = await checkReport(
    {
      ...asked,
      strategy: { kind: 'exhaustive' },
      ...(args.device === undefined ? {} : { device: args.device }),
      ...(args.avoid === undefined ? {} : { avoid: args.avoid }),
    },
    io,
    pipeline,
  );
  if (!report.ok) return report;
  const told = report.value.findings.map(asFound);
  const title = titleOfReport(report.value);
  const firmware = input === undefined ? null : readFirmware({ firmware: input });
  if (firmware === null || !firmware.ok || firmware.value === null) {
    return ok({ told, title, unreadable: [] });
  }
  const platform = pipeline.readBoard(firmware.value.firmware);
  if (!platform.ok) return platform;
  const board = boardView(platform.value, report.value);
  return ok({ told, title, unreadable: [], views: { ...noViews, board } });
}

/** Options of a check beside what was found before: nothing is checked there. */
function refuseBoardOptions({ device, avoid }: ViewArguments): Result<never, UserError> | null {
  const given = device !== undefined ? '--device' : avoid === true ? '--avoid' : null;
  if (given === null) return null;
  return fail('RW066', `${given} is for a board that is checked`, 'name the FIRMWARE of a board');
}

function isFolder(name: string): boolean {
  return existsSync(name) && statSync(name).isDirectory();
}

function namesIn(folder: string): Result<string[], UserError> {
  try {
    return ok(readdirSync(folder));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return fail('RW001', `${folder} cannot be read (${code})`, 'check its permissions');
  }
}

/** Whether @file is to be read as JSON: by what is in it, or by its name where that is damaged. */
function isDocument(file: string): boolean {
  if (file.endsWith('.json')) return true;
  const bytes = readInput(file, undefined, reportBytes);
  return bytes.ok && ['finding', 'report', 'json'].includes(contentOf(bytes.value));
}

function viewedIn(file: string): Result<Viewed, UserError> {
  const text = readText(file, documentHint, reportBytes);
  if (!text.ok) return text;
  return parseViewed(text.value, file === '-' ? inputName(file) : file);
}

function ofFile(file: string): Result<Served, UserError> {
  const read = viewedIn(file);
  return read.ok ? ok(servedBy(read.value, inputName(file))) : read;
}

function servedBy(viewed: Viewed, name: string): Served {
  const none = { told: [], title: name, unreadable: [] };
  switch (viewed.kind) {
    case 'finding':
      return { ...none, told: [retold(viewed.finding)] };
    case 'report':
      return {
        ...none,
        told: viewed.report.findings.map(retold),
        title: titleOfReport(viewed.report),
      };
    case 'matrix':
      return { ...none, views: { ...noViews, matrix: matrixView(viewed.matrix, []) } };
    case 'diagnosis':
      return { ...none, views: { ...noViews, log: logView(viewed.diagnosis) } };
  }
}

/** The findings of a folder; a file that is none gets a card that says why. */
function ofFolder(folder: string, files: readonly string[]): Served {
  const told: InOurWords[] = [];
  const unreadable: { file: string; because: string }[] = [];
  let matrix: MatrixFile | null = null;
  let log: LogView | null = null;
  for (const name of files.slice(0, FILES_MAX)) {
    const file = path.join(folder, name);
    const read = viewedIn(file);
    if (read.ok) {
      const { value } = read;
      if (value.kind === 'matrix') matrix ??= value.matrix;
      else if (value.kind === 'diagnosis') log ??= logView(value.diagnosis);
      else {
        const findings = value.kind === 'finding' ? [value.finding] : value.report.findings;
        told.push(...findings.map(retold));
      }
    } else {
      const { code, message } = read.error;
      // No path of this machine stands in a page.
      unreadable.push({
        file: name,
        because: `${code}: ${message.replaceAll(printable(file), printable(name))}`,
      });
    }
  }
  const more = files.length - FILES_MAX;
  if (more > 0) {
    const because = `only the first ${FILES_MAX} files of the folder were read`;
    unreadable.push({ file: `${plural(more, 'more file')}`, because });
  }
  const served = { told, title: path.basename(path.resolve(folder)), unreadable };
  if (matrix === null && log === null) return served;
  const cells =
    matrix === null
      ? null
      : matrixView(
          matrix,
          told.map((t) => t.finding),
        );
  return { ...served, views: { board: null, matrix: cells, log } };
}
