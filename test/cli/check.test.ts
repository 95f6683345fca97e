// SPDX-License-Identifier: GPL-2.0-only
// check, replay and the lists on the command line: options in, text, files and exit codes out.

import { appendFileSync, truncateSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ok } from '#base/result';
import { reportBytes } from '#cli/files';
import { realPipeline } from '#cli/wiring';
import type { CheckReport } from '#finding/report';
import { fileBytesMax } from '#firmware/file';
import { findingJson, reportJson } from '#report/json';
import { exampleReport, replayDuringRegister } from '../report/example.ts';
import { cleanResult, exampleResult, run, scratch, scratchFile } from './fake.ts';

const clean = { check: async () => cleanResult };

describe('check', () => {
  test('passes the options on', async () => {
    const line =
      'check --kernel 6.15.0 --with da33e87bd2bf --with b46064a18810 --without 95deee37a123';
    const more = ' --device 3d00000.gpu --property P1 --window C09 --async --strict-devlink';
    const limits = ' --states-max 10 --time-max 3 --depth-max 7 --minimise-max 9';
    const { asked } = await run(`${line}${more}${limits} --strategy bound=2 --jobs 4`.split(' '));
    expect(asked.kernel).toEqual({
      name: '6.15.0',
      added: ['da33e87bd2bf', 'b46064a18810'],
      removed: ['95deee37a123'],
    });
    expect(asked.options).toEqual({
      devices: ['3d00000.gpu'],
      properties: ['P1'],
      windows: ['C09'],
      asyncProbe: true,
      strictDevlink: true,
      strategy: { kind: 'bound', preemptions: 2 },
      statesMax: 10,
      timeMaxMs: 3000,
      depthMax: 7,
      minimiseMax: 9,
      jobs: 4,
      toExplain: expect.any(Function),
    });
  });

  test('asks for everything unless told', async () => {
    const { asked } = await run(['check']);
    expect(asked.kernel).toEqual({ name: '7.2', added: [], removed: [] });
    expect(asked.options).toMatchObject({
      devices: null,
      properties: null,
      windows: null,
      asyncProbe: false,
      strategy: { kind: 'exhaustive' },
      statesMax: null,
      timeMaxMs: null,
    });
  });

  test('exits 1 where a rule is violated, also when another was bounded', async () => {
    expect((await run(['check'])).code).toBe(1);
  });

  test('exits 0 where all holds and 3 where a limit was hit', async () => {
    expect((await run(['check'], clean)).code).toBe(0);
    const { coverage } = exampleResult;
    const bounded = { check: async () => ({ ...cleanResult, coverage }) };
    const ran = await run(['check'], bounded);
    expect(ran.code).toBe(3);
    expect(ran.out).toContain('--states-max raises it');
  });

  test('prints JSON that replays, with nothing of the machine outside timing', async () => {
    const { out } = await run(['check', '--format', 'json', '--jobs', '3']);
    const report = JSON.parse(out) as CheckReport;
    expect(report.input).toBeNull();
    expect(report.timing).toEqual({ elapsedMs: 0, jobs: 3 });
    expect(report.findings).toEqual([replayDuringRegister]);
  });

  test('prints one mail for each finding', async () => {
    const two = {
      check: async () => ({
        ...exampleResult,
        findings: [replayDuringRegister, replayDuringRegister],
      }),
    };
    const { out } = await run(['check', '--format', 'mail'], two);
    expect(out.match(/^Subject: /gm)).toHaveLength(2);
  });

  test('writes each finding to a file of its own, and nothing half', async () => {
    const dir = path.join(await scratch(), 'new', 'out');
    const two = {
      check: async () => ({
        ...exampleResult,
        findings: [replayDuringRegister, replayDuringRegister],
      }),
    };
    await run(['check', '--out', dir, '--format', 'mail'], two);
    expect((await readdir(dir)).sort()).toEqual([
      'P1-C09-platform-arm-smmu-2.json',
      'P1-C09-platform-arm-smmu-2.mail',
      'P1-C09-platform-arm-smmu.json',
      'P1-C09-platform-arm-smmu.mail',
    ]);
    const text = await readFile(path.join(dir, 'P1-C09-platform-arm-smmu.json'), 'utf8');
    expect(text).toBe(findingJson(replayDuringRegister));
    const again = await run(['check', '--out', dir]);
    expect(again.code).toBe(1);
  });

  test('tells where it cannot write', async () => {
    const file = await scratchFile('plain', '');
    const ran = await run(['check', '--out', path.join(file, 'sub')]);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/^RW065: /);
  });

  test('counts what a baseline knows and exits 0', async () => {
    const baseline = await scratchFile('b.json', reportJson(exampleReport));
    const known = { check: async () => ({ ...cleanResult, findings: [replayDuringRegister] }) };
    const text = await run(['check', '--baseline', baseline], known);
    expect(text.code).toBe(0);
    expect(text.out).toContain('baseline: 1 known finding, 0 new findings, 0 gone');
    const json = await run(['check', '--baseline', baseline, '--format', 'json'], known);
    expect(json.err).toBe('baseline: 1 known finding, 0 new findings, 0 gone\n');
    expect(() => JSON.parse(json.out)).not.toThrow();
  });

  test('carries a fix with all that it imports', async () => {
    const dir = await scratch();
    const { writeFile } = await import('node:fs/promises');
    await writeFile(path.join(dir, 'part.ts'), 'export const sha: string = "mine";\n');
    const fix = 'import { sha } from "./part.ts";\nimport { x } from "racewindow/kernel";\n';
    await writeFile(path.join(dir, 'fix.ts'), `${fix}export default { sha, x };\n`);
    const { asked } = await run(['check', '--with', path.join(dir, 'fix.ts')]);
    const [added] = asked.kernel!.added;
    expect(added).toMatchObject({ name: 'fix.ts' });
    const { source, sha256 } = added as { source: string; sha256: string };
    expect(source).toContain('require("racewindow/kernel")');
    expect(source).toContain('mine');
    expect(source).not.toContain(dir);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a terminal', () => {
  test('gets colour, unless NO_COLOR is set', async () => {
    const esc = '\u001b[';
    expect((await run(['check'], { outIsTerminal: true })).out).toContain(esc);
    const env = { NO_COLOR: '1' };
    expect((await run(['check'], { outIsTerminal: true, env })).out).not.toContain(esc);
    expect((await run(['check'])).out).not.toContain(esc);
  });

  test('gets progress on standard error, nothing else does', async () => {
    const { err } = await run(['check'], { errIsTerminal: true });
    expect(err).toContain('1/2 worlds, 1,234 states');
    expect(err.endsWith('\r\u001b[K')).toBe(true);
    expect((await run(['check'])).err).toBe('');
  });
});

describe('what is told in full', () => {
  test('is the gravest, one by its number, or nothing; and no other is explained', async () => {
    const findings = [replayDuringRegister, { ...replayDuringRegister, id: 'other' }];
    const check = async () => ({ ...cleanResult, findings });
    const told = async (...args: string[]) => {
      const { out, asked } = await run(['check', ...args], { check });
      const explained = asked.options?.toExplain?.(findings).map((f) => f.id);
      return { shown: out.match(/^ {2}breaks /gm)?.length ?? 0, explained };
    };
    const [first, other] = findings.map((f) => f.id);
    expect(await told()).toEqual({ shown: 1, explained: [first] });
    expect(await told('--show', '2')).toEqual({ shown: 1, explained: [other] });
    expect(await told('--show', 'all')).toEqual({ shown: 2, explained: [first, other] });
    expect(await told('--summary')).toEqual({ shown: 0, explained: [] });
    expect(await told('--format', 'json')).toMatchObject({ explained: [first, other] });
  });

  test('is refused where there is no such number, or two wishes', async () => {
    const none = await run(['check', '--show', '7']);
    expect([none.code, none.err.slice(0, 6)]).toEqual([2, 'RW072:']);
    const both = await run(['check', '--show', '1', '--summary']);
    expect([both.code, both.err.slice(0, 6)]).toEqual([2, 'RW066:']);
  });
});

test('a window is found by words of what is seen of it, whatever their case', async () => {
  const { out, code } = await run(['windows', 'REPLAY during']);
  expect([code, out.slice(0, 3)]).toEqual([0, 'C09']);
  expect((await run(['windows', 'REPLAY', 'during'])).out).toBe(out);
  // Words that stand apart are found where no window says them in one piece.
  expect((await run(['windows', 'late-probe', 'binds'])).out).toBe(out);
  expect((await run(['windows', 'late probes'])).err).toMatch(
    /^RW063: late probes: no window speaks of that\n {2}hint: say less of it/,
  );
  expect((await run(['windows', 'no such words'])).err).toMatch(/^RW063/);
});

describe('replay', () => {
  test('takes a report that is larger than any firmware, up to what a text can have', async () => {
    const file = await scratchFile('f.json', findingJson(replayDuringRegister));
    appendFileSync(file, ' '.repeat(fileBytesMax));
    expect((await run(['replay', file, '--brief'])).code).toBe(0);
    // Nothing of that is written: a file with a hole.
    truncateSync(file, reportBytes.max + 1);
    expect((await run(['replay', file])).err).toMatch(/^RW003: [\s\S]*limit\s+reportBytesMax/);
    expect((await run(['view', file])).err).toMatch(/^RW003: /);
  });

  test('shows a finding and says that it replayed', async () => {
    const file = await scratchFile('f.json', findingJson(replayDuringRegister));
    const { code, out } = await run(['replay', file]);
    expect(code).toBe(0);
    expect(out).toContain('^^^^');
    expect(out.endsWith('\nreplayed: same witness\n')).toBe(true);
  });

  test('takes one finding out of a report by id or number', async () => {
    const file = await scratchFile('r.json', reportJson(exampleReport));
    for (const id of ['1', replayDuringRegister.id]) {
      const { code, out } = await run(['replay', file, '--id', id, '--format', 'mail']);
      expect(code).toBe(0);
      expect(out).toMatch(/^Subject: /);
    }
    const ran = await run(['replay', file, '--id', '2']);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/^RW072: .*has 1\s+finding,\s+and\s+none\s+is\s+called\s+2/s);
  });

  test('replays all findings of a report in a line each', async () => {
    const other = { ...replayDuringRegister, id: 'other' };
    const both = { ...exampleReport, findings: [replayDuringRegister, other] };
    const file = await scratchFile('r.json', reportJson(both));
    const { out } = await run(['replay', file]);
    expect(out).toBe(
      'P1-C09-platform-arm-smmu: replayed: same witness\nother: replayed: same witness\n',
    );
  });

  test('refuses a report without findings', async () => {
    const none = { ...exampleReport, findings: [] };
    const file = await scratchFile('r.json', reportJson(none));
    expect((await run(['replay', file])).err).toMatch(/^RW072: /);
  });

  test('exits 2 where the witness is another', async () => {
    const file = await scratchFile('f.json', findingJson(replayDuringRegister));
    const witness = { ...replayDuringRegister.witness, subject: '3d6a000.gmu' };
    const replay = async () => ok({ ...replayDuringRegister, witness });
    const ran = await run(['replay', file], { pipeline: { replay } });
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/^RW074: .*subject\s+"3d00000.gpu" is now "3d6a000.gmu"/);
    expect(ran.out).toBe('');
  });
});

describe('lists', () => {
  test('windows are listed, and one is told whatever the case of its id', async () => {
    expect((await run(['windows'])).out).toBe('C09  closed  replay-during-register\n');
    const { out } = await run(['windows', 'c09']);
    expect(out).toContain('closed by: da33e87bd2bf');
    expect(out).toContain('needs: a deferred client');
  });

  test('kernels are listed, and one is told with its commits', async () => {
    expect((await run(['kernels'])).out).toContain('6.15.0  the release');
    expect((await run(['kernels', '6.15.0'])).out).toContain('bcb81ac6ae3c  6.15-rc1  iommu: Get');
  });
});

describe('--avoid', () => {
  const errorOf = async (...args: string[]) => {
    const { code, err } = await run(['check', ...args, '--avoid']);
    return [code, err.slice(0, 6)];
  };

  test('is refused without a board, and beside what it can not be asked of', async () => {
    const board = 'examples/boards/laptop.dtb';
    const pipeline = { readBoard: realPipeline().readBoard };
    const beside = async (...args: string[]) => {
      const { code, err } = await run(['check', board, '--avoid', ...args], { pipeline });
      return [code, err.split('\n')[0]];
    };
    expect(await errorOf()).toEqual([2, 'RW060:']);
    expect(await beside('--summary')).toEqual([
      2,
      'RW066: --avoid and --summary exclude each other',
    ]);
    expect(await beside('--memory', 'pso')).toEqual([
      2,
      'RW066: --avoid and --memory exclude each other',
    ]);
  });

  test('is passed on', async () => {
    const pipeline = { readBoard: realPipeline().readBoard };
    const { asked } = await run(['check', 'examples/boards/laptop.dtb', '--avoid'], { pipeline });
    expect(asked.options?.avoid).toBe(true);
    expect((await run(['check'])).asked.options?.avoid).toBeUndefined();
  });
});
