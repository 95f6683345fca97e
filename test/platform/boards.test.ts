// SPDX-License-Identifier: GPL-2.0-only
// All boards of Debian's arm64 kernel, and what is known of some; needs scripts/fetch-boards.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { classesOf, type Platform, readPlatform } from '#platform/index';

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'racewindow', 'boards');
const current = join(cache, 'current');
const name = existsSync(current) ? readFileSync(current, 'utf8').trim() : undefined;
const pinned = name === 'linux-base-7.2.13+deb14-arm64';
const skipped = 'the boards of Debian arm64 are not in the cache; run scripts/fetch-boards';
if (!name) console.log(`NOT COVERED: ${skipped}`);

/** Nodes, IOMMUs usable/all, clients usable/all, made by drivers, AMBA, 2+ ids, 2+ IOMMUs, maps. */
const known: Record<string, string> = {
  'x1e78100-lenovo-thinkpad-t14s': '1430 2/3 31/38 18 0 10 0 0',
  'x1e78100-lenovo-thinkpad-t14s-el2': '1430 3/3 32/40 18 0 9 0 3',
  'sc8280xp-lenovo-thinkpad-x13s': '926 2/3 34/40 24 0 2 0 0',
  'lemans-evk': '1302 3/3 52/60 33 2 27 0 2',
  'kaanapali-mtp': '1172 1/1 28/28 16 0 16 0 1',
  'sdm845-db845c': '917 2/2 29/31 13 0 5 0 2',
  'msm8916-samsung-a3u-eur': '512 2/2 3/4 1 0 1 0 0',
  'rk3588-rock-5b': '1244 15/17 14/15 0 0 0 0 3',
  'rk3399-rock-pi-4b': '521 6/7 4/6 0 0 0 0 0',
  'tegra234-p3737-0000+p3701-0000': '913 3/3 14/23 4 0 0 0 4',
  'tegra210-p2371-2180': '805 1/1 8/8 6 0 0 0 0',
  'imx95-19x19-evk': '335 0/1 2/2 1 0 0 0 3',
  'imx8qm-mek': '490 1/1 4/5 0 0 0 0 0',
  'mt8195-cherry-tomato-r2': '732 3/3 33/33 8 0 12 0 1',
  'exynos5433-tm2': '663 12/12 9/9 0 0 3 3 0',
  'fsl-lx2160a-rdb': '256 1/1 2/2 0 0 0 0 1',
  'juno-r2': '257 6/7 6/6 0 2 1 0 1',
  'r8a77951-salvator-xs': '535 17/17 19/20 0 0 0 0 2',
  'armada-8040-mcbin': '221 0/1 6/7 0 0 0 0 1',
  'hip07-d05': '241 4/5 4/4 0 0 0 0 0',
  'sun50i-h6-orangepi-3': '170 1/1 3/3 1 0 0 0 0',
};

function facts(platform: Platform): string {
  const clients = platform.devices.filter((d) => d.refersToIommu && d.requesterId === null);
  const count = (f: (d: Platform['devices'][number]) => boolean): number =>
    clients.filter(f).length;
  const usable = platform.iommus.filter((i) => i.reachable).length;
  return [
    platform.nodeCount,
    `${usable}/${platform.iommus.length}`,
    `${clients.length}/${clients.length + platform.unavailable.clients}`,
    count((d) => d.createdBy !== 'populate'),
    count((d) => d.bus === 'amba'),
    count((d) => d.iommus.length > 1),
    count((d) => new Set(d.iommus.map((use) => use.iommu)).size > 1),
    platform.hosts.filter((h) => h.hasMap).length,
  ].join(' ');
}

test.skipIf(!name)('every board of the package is understood', () => {
  const dir = join(cache, name ?? '', 'dtb');
  const files = (readdirSync(dir, { recursive: true }) as string[]).filter((f) =>
    f.endsWith('.dtb'),
  );
  const refused: string[] = [];
  const seen: Record<string, string> = {};
  const totals = { boards: 0, withIommu: 0, withUsableIommu: 0, classesMax: 0 };
  for (const file of files) {
    const result = readPlatform(new Uint8Array(readFileSync(join(dir, file))));
    totals.boards += 1;
    if (!result.ok) {
      refused.push(`${file}: ${result.error.code} ${result.error.message}`);
      continue;
    }
    const platform = result.value;
    const classes = classesOf(platform);
    const grouped = classes.flatMap((c) => c.devices);
    expect(new Set(grouped).size).toBe(grouped.length);
    expect(platform.iommus.filter((i) => i.driver === 'unknown')).toEqual([]);
    if (platform.iommus.length > 0) totals.withIommu += 1;
    if (platform.iommus.some((i) => i.reachable)) totals.withUsableIommu += 1;
    totals.classesMax = Math.max(totals.classesMax, classes.length);
    const board = basename(file, '.dtb');
    if (board in known) seen[board] = facts(platform);
  }
  expect(refused).toEqual([]);
  if (!pinned) {
    console.log(`NOT COVERED: the counts of known boards, since ${name} is not the pinned package`);
    return;
  }
  expect(seen).toEqual(known);
  expect(totals).toEqual({ boards: 1649, withIommu: 969, withUsableIommu: 878, classesMax: 25 });
});
