// SPDX-License-Identifier: GPL-2.0-only
// A pipeline without a kernel and streams without a terminal, to test the command line alone.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { fail } from '#base/errors';
import { ok } from '#base/result';
import type { Io } from '#cli/io';
import type { ChosenKernel, KernelChoice, Pipeline } from '#cli/pipeline';
import { runCli } from '#cli/run';
import type { CheckOptions, CheckResult } from '#finding/report';
import { exampleReport } from '../report/example.ts';

/** What one run printed and returned. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What the pipeline was asked for. */
  readonly asked: { kernel?: KernelChoice; options?: CheckOptions };
}

export interface Surroundings {
  readonly outIsTerminal?: boolean;
  readonly errIsTerminal?: boolean;
  readonly env?: Record<string, string>;
  readonly pipeline?: Partial<Pipeline>;
  readonly check?: () => Promise<CheckResult>;
}

/** The result that the fake pipeline returns unless told otherwise. */
const { input: _input, timing: _timing, ...result } = exampleReport;
export const exampleResult: CheckResult = result;

/** A result in which everything holds. */
export const cleanResult: CheckResult = {
  ...exampleResult,
  coverage: { ...exampleResult.coverage, bounded: [] },
  verdicts: [{ property: 'P1', outcome: 'holds', devices: ['3d00000.gpu'] }],
  findings: [],
};

type Check = () => Promise<CheckResult>;

function checkWith(asked: Ran['asked'], check: Check): ChosenKernel['check'] {
  return async (_platform, options, onProgress) => {
    asked.options = options;
    onProgress({ worldsDone: 1, worldsTotal: 2, world: 'w', states: 1234, findings: 0 });
    return check();
  };
}

function fakePipeline(asked: Ran['asked'], check: Check): Pipeline {
  return {
    kernels: () => [
      {
        name: '6.15.0',
        note: 'the release, without its stable fixes',
        commits: [
          {
            id: 'bcb81ac6ae3c',
            subject: 'iommu: Get DT parsing',
            landed: '6.15-rc1',
            effect: 'needed: x',
          },
        ],
      },
      { name: '7.2', note: 'the release', commits: [] },
    ],
    sweep: async () => {
      throw new Error('the fake pipeline sweeps nothing');
    },
    windows: () => [
      {
        id: 'C09',
        name: 'replay-during-register',
        title: 'replay-during-register',
        text: 'A client binds while its IOMMU registers.',
        precondition: 'a deferred client',
        symptom: 'late IOMMU probe at driver bind',
        state: 'closed',
        kernels: '6.15-rc1 to 6.15.0',
        ways: [
          {
            what: null,
            opened: 'bcb81ac6ae3c ("iommu: Get DT/ACPI parsing into the proper probe path")',
            closed: ['da33e87bd2bf ("iommu: Handle yet another race around registration")'],
            untold: null,
          },
        ],
        links: [],
      },
    ],
    properties: () => [{ id: 'P1', name: 'no-late-probe', rule: 'no late probe' }],
    chooseKernel: (choice) => {
      asked.kernel = choice;
      return choice.name === '6.99'
        ? fail('RW050', '6.99: no such kernel', 'did you mean 6.15.0?')
        : ok({ name: choice.name, check: checkWith(asked, check) });
    },
    readBoard: () => fail('RW010', 'the blob is empty', 'name a .dtb file'),
    boardText: () => 'board\n',
    clientNames: () => ['3d00000.gpu', '3d6a000.gmu'],
    replay: async (finding) => ok(finding),
  };
}

/** Run a command line against the fake pipeline. */
export async function run(argv: readonly string[], around: Surroundings = {}): Promise<Ran> {
  const asked: Ran['asked'] = {};
  let out = '';
  let err = '';
  const io: Io = {
    out: (text) => {
      out += typeof text === 'string' ? text : Buffer.from(text).toString('latin1');
    },
    err: (text) => {
      err += text;
    },
    outIsTerminal: around.outIsTerminal ?? false,
    errIsTerminal: around.errIsTerminal ?? false,
    env: around.env ?? {},
    now: () => 0,
  };
  const pipeline = {
    ...fakePipeline(asked, around.check ?? (async () => exampleResult)),
    ...around.pipeline,
  };
  const code = await runCli(argv, io, async () => pipeline);
  return { code, out, err, asked };
}

/** A fresh directory, removed after the test. */
export async function scratch(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'racewindow-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Write a file into a fresh directory; returns its path. */
export async function scratchFile(name: string, text: string | Uint8Array): Promise<string> {
  const file = path.join(await scratch(), name);
  await writeFile(file, text);
  return file;
}
