// SPDX-License-Identifier: GPL-2.0-only
// What may be given for a board, in whatever form; and the way out where it is something else.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { UserError } from '#base/errors';
import { readFirmware } from '#cli/input';
import { readStories } from '#cli/log-input';
import { applyOverlays, compileTree } from '#cli/tools';
import { readDeviceTree } from '#firmware/dtb/read';
import { pathOf } from '#firmware/dtb/tree';
import { platformOf } from '#platform/index';
import { blob } from '../firmware/blob.ts';
import { acpidump, iort, mcfg, rootComplex, smmu3 } from '../firmware/tables.ts';
import { scratch, scratchFile } from './fake.ts';

const table = iort([smmu3(1), rootComplex(0, [{ count: 0xffff, output: 0, to: 0 }])]);
const lspci = '00:02.0 Ethernet controller [0200]: Intel Corporation 82574L [8086:10d3]\n';

/** Names of the devices of a board. */
function devices(args: Parameters<typeof readFirmware>[0]): string[] {
  const input = readFirmware(args);
  if (!input.ok || !input.value) throw new Error(input.ok ? 'nothing' : input.error.message);
  const platform = platformOf(input.value.firmware);
  if (!platform.ok) throw new Error(platform.error.message);
  return platform.value.devices.map((d) => d.name);
}

function errorOf(args: Parameters<typeof readFirmware>[0]): string {
  const input = readFirmware(args);
  return input.ok
    ? 'no error'
    : `${input.error.code}: ${input.error.message} | ${input.error.hint}`;
}

describe('ACPI tables', () => {
  const expected = ['arm-smmu-v3.0.auto', '0000:00:02.0'];

  test('are a file, the text of acpidump, or a folder with more beside them', async () => {
    const pci = await scratchFile('pci.txt', lspci);
    const binary = await scratchFile('iort.dat', Buffer.concat([mcfg([[0, 0, 255]]), table]));
    expect(devices({ firmware: binary, pci })).toEqual(expected);
    const dump = await scratchFile('dump.txt', acpidump([mcfg([]), table]));
    expect(devices({ firmware: dump, pci })).toEqual(expected);
    const dir = await scratch();
    writeFileSync(path.join(dir, 'any name'), acpidump([table]));
    writeFileSync(path.join(dir, 'lspci'), lspci);
    writeFileSync(path.join(dir, 'notes'), 'bought in May\n');
    expect(devices({ firmware: dir })).toEqual(expected);
  });

  test('a boot log names functions, too; a tree takes none', async () => {
    const log = 'test/fixtures/acpi/virt-smmuv3/pci.log';
    const binary = await scratchFile('iort.dat', table);
    expect(devices({ firmware: binary, pci: log })).toHaveLength(11);
    expect(errorOf({ firmware: 'examples/boards/laptop.dtb', pci: log })).toMatch(/^RW066: /);
    const readme = errorOf({ firmware: binary, pci: 'README.md' });
    expect(readme).toMatch(/^RW005: README.md names no PCI functions: it is text/);
  });
});

test.each([
  ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0]), /is compressed with gzip \| zcat FILE/],
  ['a table', table, /is an ACPI table \| give a boot log/],
  ['a finding', '{ "format": "racewindow/finding@2" }', /is a finding of racewindow \| give/],
  ['text', 'bought in May\n', /no message of a kernel in 2 lines \| name a file/],
])('what is no log is told by what it is: %s', async (_, content, said) => {
  const stories = readStories(await scratchFile('no-log', content));
  const { code, message, hint } = stories.ok ? ({} as UserError) : stories.error;
  expect([code, `${message} | ${hint}`]).toEqual(['RW110', expect.stringMatching(said)]);
});

describe('what is no firmware gets the command that takes it', () => {
  const hints: readonly (readonly [string, string, RegExp])[] = [
    [
      'boot.log',
      '[    0.000000] Linux version 7.2.0\n',
      /a kernel log.*racewindow explain .*boot.log/,
    ],
    ['l', lspci, /what lspci prints.*board TABLES --pci/],
    ['f', '{ "format": "racewindow/finding@2" }', /a finding.*racewindow replay/],
    ['r', '{ "tool": { "format": "racewindow/report@1" } }', /a report.*racewindow replay/],
    ['p', 'diff --git a/x b/x\n--- a/x\n+++ b/x\n', /a patch.*racewindow try --tree TREE --patch/],
  ];
  test.each(hints)('%s', async (name, text, said) => {
    expect(errorOf({ firmware: await scratchFile(name, text) })).toMatch(said);
  });

  test('the source of a fix', () => {
    const said = errorOf({ firmware: 'examples/fixes/seed-ready.ts' });
    expect(said).toMatch(/^RW005: .* the source of a fix.*check BOARD --with examples/);
  });

  test('folders', async () => {
    const dir = await scratch();
    for (const part of ['machine/sys/firmware', 'tree/drivers/iommu', 'boards', 'other']) {
      mkdirSync(path.join(dir, part), { recursive: true });
    }
    writeFileSync(path.join(dir, 'tree/Kbuild'), '');
    writeFileSync(path.join(dir, 'boards/a.dtb'), '');
    expect(errorOf({ firmware: path.join(dir, 'machine') })).toMatch(/--sysroot /);
    expect(errorOf({ firmware: path.join(dir, 'tree') })).toMatch(/racewindow source check /);
    expect(errorOf({ firmware: path.join(dir, 'boards') })).toMatch(/name one: .*a\.dtb/);
    expect(errorOf({ firmware: path.join(dir, 'other') })).toMatch(/^RW002: /);
    expect(errorOf({ firmware: path.join(dir, 'none') })).toMatch(/^RW001: /);
  });
});

describe('with the tools of the device tree compiler', () => {
  const missing = spawnSync('dtc', ['--version']).error !== undefined;
  const skipped = (): boolean => {
    if (missing) process.stderr.write('NOT COVERED: sources and overlays: dtc is not installed\n');
    return missing;
  };
  const paths = (bytes: Uint8Array): string[] => {
    const tree = readDeviceTree(bytes);
    return tree.ok ? tree.value.nodes.map(pathOf) : [tree.error.message];
  };

  test('source is compiled, and an overlay applied', async () => {
    if (skipped()) return;
    const source =
      '/dts-v1/;\n/ { compatible = "a,b"; soc: soc { compatible = "simple-bus"; }; };\n';
    const board = compileTree(Buffer.from(source), '.');
    if (!board.ok) throw new Error(board.error.message);
    expect(paths(board.value)).toEqual(expect.arrayContaining(['/', '/soc']));
    const overlay = '/dts-v1/;\n/plugin/;\n&soc { cam { compatible = "a,cam"; }; };\n';
    const added = compileTree(Buffer.from(overlay), '.');
    if (!added.ok) throw new Error(added.error.message);
    const whole = applyOverlays(board.value, [added.value]);
    if (!whole.ok) throw new Error(whole.error.message);
    expect(paths(whole.value)).toContain('/soc/cam');
    const files = {
      firmware: await scratchFile('b.dts', source),
      overlay: [await scratchFile('o.dts', overlay)],
    };
    expect(devices(files)).toContain('soc:cam');
  });

  test('source that is wrong is an error of dtc', () => {
    if (skipped()) return;
    const wrong = compileTree(Buffer.from('/dts-v1/;\n/ { x = <1; };\n'), '.');
    expect(wrong).toMatchObject({ ok: false, error: { code: 'RW006' } });
  });

  test('laptop.dts gives the board of laptop.dtb', () => {
    if (skipped()) return;
    expect(devices({ firmware: 'examples/boards/laptop.dts' })).toEqual(
      devices({ firmware: 'examples/boards/laptop.dtb' }),
    );
  });
});

test('a tool that is not there is told, with its package', () => {
  const { PATH } = process.env;
  process.env['PATH'] = '/nowhere';
  try {
    const done = compileTree(Buffer.from('/dts-v1/;\n/ { };\n'), '.');
    expect(done).toMatchObject({ error: { code: 'RW006', message: 'dtc is not installed' } });
    expect(applyOverlays(blob({}), [blob({})])).toMatchObject({ error: { code: 'RW006' } });
  } finally {
    process.env['PATH'] = PATH;
  }
});
