// SPDX-License-Identifier: GPL-2.0-only
// Machines as their kernels show them, recorded in folders: the answer is that of their firmware,
// and groups that the kernel made otherwise are told.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCli } from '#cli/run';
import { realPipeline } from '#cli/wiring';
import { blob, type Spec, type Value } from '../firmware/blob.ts';
import { dmar, drhd, iort, named, rootComplex, smmu3 } from '../firmware/tables.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

type Entry = string | Uint8Array | { readonly link: string };

/** A folder with these files. */
function folder(entries: Readonly<Record<string, Entry>>): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-machine-'));
  dirs.push(dir);
  for (const [name, entry] of Object.entries(entries)) {
    const file = path.join(dir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (typeof entry === 'object' && 'link' in entry) symlinkSync(entry.link, file);
    else writeFileSync(file, entry);
  }
  return dir;
}

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const io = {
    out: (text: string | Uint8Array): void => {
      said.out += text;
    },
    err: (text: string): void => {
      said.err += text;
    },
    outIsTerminal: false,
    errIsTerminal: false,
    env: {},
    now: (): number => 0,
  };
  const code = await runCli(argv, io, async () => realPipeline());
  return { code, ...said };
}

const cells = { '#address-cells': 1, '#size-cells': 1 } as const;

/** Two clients behind one SMMU; the order of addresses is that of the tree. */
const root: Spec = {
  compatible: 'a,board',
  model: 'A board',
  ...cells,
  'gpu@10000000': { compatible: 'a,gpu', reg: [0x10000000, 0x1000], iommus: [1, 5, 0] },
  'codec@20000000': { compatible: 'a,codec', reg: [0x20000000, 0x1000], iommus: [1, 6, 0] },
  'iommu@30000000': {
    compatible: 'arm,mmu-500',
    reg: [0x30000000, 0x1000],
    '#iommu-cells': 2,
    phandle: 1,
  },
};

function bytesOf(value: Value): Uint8Array {
  const words = typeof value === 'number' ? [value] : value;
  if (typeof words === 'string') return Buffer.from(`${words}\0`);
  const out = Buffer.alloc(4 * (words as readonly number[]).length);
  (words as readonly number[]).forEach((w, i) => void out.writeUInt32BE(w, 4 * i));
  return new Uint8Array(out);
}

/** The folder that the kernel shows for a tree. */
function treeFiles(spec: Spec, at: string): Record<string, Entry> {
  const files: Record<string, Entry> = { [`${at}/name`]: path.basename(at) };
  for (const [key, value] of Object.entries(spec)) {
    const isNode = typeof value === 'object' && !Array.isArray(value);
    if (isNode) Object.assign(files, treeFiles(value as Spec, `${at}/${key}`));
    else files[`${at}/${key}`] = bytesOf(value as Value);
  }
  return files;
}

const groupsOf = (groups: Readonly<Record<string, readonly string[]>>): Record<string, Entry> =>
  Object.fromEntries(
    Object.entries(groups).flatMap(([group, names]) =>
      names.map((name) => [
        `sys/kernel/iommu_groups/${group}/devices/${name}`,
        { link: `../${name}` },
      ]),
    ),
  );

const proc = (release: string, line = 'quiet'): Record<string, Entry> => ({
  'proc/sys/kernel/osrelease': `${release}\n`,
  'proc/cmdline': `${line}\n`,
});

/** What stands above "This machine": the board alone. */
const boardPart = (text: string): string => text.split('\nThis machine\n')[0] ?? '';
/** What is said of the machine, its lines put together. */
const machinePart = (text: string): string =>
  (text.split('This machine\n')[1] ?? '').split('\n\n')[0]!.replace(/\s+/g, ' ');

describe('a machine with a device tree', () => {
  const groups = groupsOf({ 0: ['10000000.gpu'], 1: ['20000000.codec'] });

  test('gives the answer of its blob, and agrees with the groups of its kernel', async () => {
    const dir = folder({ 'sys/firmware/fdt': blob(root), ...groups, ...proc('7.2.3') });
    const live = await run('board', '--sysroot', dir);
    expect(live.code).toBe(0);
    const file = path.join(dir, 'sys/firmware/fdt');
    expect(boardPart(live.out)).toBe((await run('board', file)).out);
    expect(machinePart(live.out)).toContain('kernel 7.2.3, taken as 7.2');
    expect(machinePart(live.out)).toContain('its 2 IOMMU groups are those of the model');
  });

  test('gives it by the folder, where the blob cannot be had', async () => {
    const dir = folder({
      ...treeFiles(root, 'sys/firmware/devicetree/base'),
      'proc/device-tree': { link: '../sys/firmware/devicetree/base' },
      ...groups,
      ...proc('6.12.107'),
    });
    const live = await run('board', '--sysroot', dir);
    const rows = (text: string): string[] => text.split('\nNotes')[0]!.trimEnd().split('\n');
    const blobFile = path.join(folder({ 'a.dtb': blob(root) }), 'a.dtb');
    expect(rows(live.out)).toEqual(rows((await run('board', blobFile)).out.trimEnd()));
    expect(live.out.replace(/\s+/g, ' ')).toContain('has lost the order of nodes');
    expect(machinePart(live.out)).toContain('taken as 6.12.y');
    const byHand = await run('board', path.join(dir, 'proc/device-tree'));
    expect(byHand.out).toBe(`${boardPart(live.out)}`);
  });

  test('one group for two devices, and two for one, are told', async () => {
    const tree = blob({
      ...root,
      'isp@40000000': { compatible: 'a,isp', reg: [0x40000000, 0x1000], iommus: [1, 6, 0] },
    });
    const made = groupsOf({
      3: ['10000000.gpu', '20000000.codec'],
      4: ['40000000.isp'],
      5: ['x.y'],
    });
    const dir = folder({ 'sys/firmware/fdt': tree, ...made, ...proc('7.2.3') });
    const said = machinePart((await run('board', '--sysroot', dir)).out);
    expect(said).toContain(
      'the kernel put 10000000.gpu and 20000000.codec in one group (3), the model expects 2',
    );
    expect(said).toContain(
      'the kernel put 20000000.codec and 40000000.isp in 2 groups (3, 4), the model expects one',
    );
    expect(said).toContain('in a group, but not in the firmware: x.y');
  });

  /** What was found does not matter here. */
  const few = ['--states-max', '100'];

  test('check takes its kernel and its command line', async () => {
    const line = 'driver_async_probe=* fw_devlink.strict=1 iommu.strict=0';
    const dir = folder({ 'sys/firmware/fdt': blob(root), ...groups, ...proc('6.15.0', line) });
    const ran = await run(
      'check',
      '--sysroot',
      dir,
      '--device',
      '10000000.gpu',
      '--window',
      'C17',
      ...few,
    );
    expect(ran.err).toBe('');
    expect(ran.out).toContain('under 6.15.0');
    expect(machinePart(ran.out)).toContain('driver_async_probe=*');
    expect(machinePart(ran.out)).toContain('iommu.strict=0: flushes are lazy; the worlds do not');
    expect(ran.out.replace(/\s+/g, ' ')).toContain('asynchronous probe');
    const named = await run(
      'check',
      '--sysroot',
      dir,
      '--kernel',
      '7.2',
      '--window',
      'C17',
      ...few,
    );
    expect(named.out).toContain('under 7.2');
  });

  test('a release that no revision stands for is an error with a way out', async () => {
    const dir = folder({ 'sys/firmware/fdt': blob(root), ...proc('4.19.0-5-amd64') });
    expect((await run('check', '--sysroot', dir)).err).toMatch(/^RW050: no kernel stands for/);
    expect((await run('board', '--sysroot', dir)).code).toBe(0);
  });
});

/** 256 bytes of configuration space, 4096 with @acs. */
function config(code: number, { type = -1, buses = [0, 0], acs = false } = {}): Uint8Array {
  const out = new Uint8Array(acs ? 4096 : 256);
  out.set([code & 0xff, (code >> 8) & 0xff, code >> 16], 9);
  if (buses[0]) out.set([1], 0x0e);
  out.set(buses, 0x19);
  if (type >= 0) {
    out[6] = 0x10;
    out[0x34] = 0x40;
    out.set([0x01, 0x50], 0x40);
    out.set([0x10, 0, (type << 4) | 2], 0x50);
  }
  if (acs) out.set([0x01, 0, 1, 0x14, 0, 0, 0, 0], 0x100);
  if (acs) out.set([0x0d, 0, 1, 0], 0x140);
  return out;
}

describe('a machine with ACPI', () => {
  const pci = (name: string, bytes: Uint8Array): Record<string, Entry> => ({
    [`sys/bus/pci/devices/0000:${name}/config`]: bytes,
    [`sys/bus/pci/devices/0000:${name}/class`]: '0x020000\n',
  });
  const arm = {
    'sys/firmware/acpi/tables/IORT': iort([
      smmu3(0x9050000),
      rootComplex(0, [{ count: 0xffff, output: 0, to: 0 }]),
      named('\\_SB.GPU0', [{ output: 7, to: 0, single: true }]),
    ]),
    'sys/firmware/acpi/tables/data/BERT': 'not a table',
    'sys/bus/acpi/devices/QCOM0C12:00/path': '\\_SB.GPU0\n',
    'sys/bus/acpi/devices/QCOM0C12:00/physical_node': { link: '../../../platform/QCOM0C12:00' },
    ...pci('00:01.0', config(0x060400, { type: 4, buses: [1, 1], acs: true })),
    ...pci('01:00.0', config(0x020000, { type: 0 })),
    ...pci('00:06.0', config(0x060400, { type: 7, buses: [3, 3] })),
    ...pci('03:01.0', config(0x020000)),
    ...proc('6.12.107+deb13-arm64'),
  };

  test('names its devices as its kernel does, and finds its groups', async () => {
    const made = groupsOf({
      0: ['QCOM0C12:00'],
      1: ['0000:00:01.0'],
      2: ['0000:00:06.0', '0000:03:01.0'],
      3: ['0000:01:00.0'],
    });
    const { code, out } = await run('board', '--sysroot', folder({ ...arm, ...made }));
    expect(code).toBe(0);
    expect(out).toContain('  QCOM0C12:00  (platform, at boot)\n    arm-smmu-v3.0.auto id 0x7');
    expect(out).toContain(
      '    arm-smmu-v3.0.auto id 0x308, 0x300\n    in the group of 0000:00:06.0',
    );
    expect(machinePart(out)).toContain('its 4 IOMMU groups are those of the model');
    expect(machinePart(out)).toContain('taken as 6.12.y');
  });

  test('without root, what is behind ports is assumed and told', async () => {
    const short = Object.fromEntries(
      Object.entries(arm).map(([name, entry]) => [
        name,
        name.endsWith('/config') ? (entry as Uint8Array).slice(0, 64) : entry,
      ]),
    );
    const { out } = await run('board', '--sysroot', folder(short));
    expect(out).toContain('in the group of 0000:00:06.0');
    expect(out.replace(/\s+/g, ' ')).toContain('bridges are taken for ports');
    expect(machinePart(out)).toContain('capabilities of PCI functions are for root alone');
    expect(machinePart(out)).toContain('no /sys/kernel/iommu_groups: nothing to compare with');
  });

  test('the same by files: tables of the folder, functions of the other', async () => {
    const dir = folder(arm);
    const live = boardPart((await run('board', '--sysroot', dir)).out);
    const tables = path.join(dir, 'sys/firmware/acpi/tables');
    const files = (await run('board', tables, '--pci', path.join(dir, 'sys'))).out;
    expect(files.replace(/\\_SB\.GPU0/g, 'QCOM0C12:00').split('\nNotes')[0]).toBe(
      live.split('\nNotes')[0],
    );
  });

  test('with Intel units check explores worlds in which they have come first', async () => {
    const dir = folder({
      'sys/firmware/acpi/tables/DMAR': dmar([drhd([], { all: true })]),
      ...pci('00:02.0', config(0x030000, { type: 9 })),
      ...proc('7.2.1'),
    });
    const { code, out } = await run('check', '--sysroot', dir);
    expect(out).toContain('in these worlds: bind, retry, device_add, asynchronous probe\n');
    expect(out).toMatch(/rules that hold for 1 device: P3 /);
    expect(code).toBe(0);
  });

  test.runIf(process.getuid?.() !== 0)('tables that are for root alone say so', async () => {
    const dir = folder({ 'sys/firmware/acpi/tables/IORT': iort([]), ...proc('7.2.1') });
    chmodSync(path.join(dir, 'sys/firmware/acpi/tables/IORT'), 0);
    expect((await run('board', '--sysroot', dir)).err).toMatch(/^RW001: .*permission denied/);
  });
});

test('a folder that is no machine, and two boards at once, are refused', async () => {
  expect((await run('board', '--sysroot', folder({ x: 'y' }))).err).toMatch(/^RW007: /);
  expect((await run('board', 'x.dtb', '--live')).err).toMatch(/^RW066: /);
  expect((await run('check', '--pci', 'x')).err).toMatch(/^RW060: /);
});
