// SPDX-License-Identifier: GPL-2.0-only
// Make each small world larger by one and see what it shows that no small world does.
//
//   npm run one-larger                        generic worlds, 7.2 and 6.15.0
//   npm run one-larger -- --boards            and the distinct shapes of Debian's boards; long
//   npm run one-larger -- --states-max 20000 --kernels 7.2 --write
//   npm run one-larger -- --keep FILE --minutes 4    a part of it: what is done is kept; run again
//
// --only TEXT takes worlds with TEXT in their class or name alone, --growths some ways to grow.
//
// Needs `npm run build`. A world grows by one client that stands by (a peer in a group of its own,
// or a mate in the client's), by one that binds, or by one IOMMU that registers. What a larger
// world shows and no small world of the set does has to be argued in one-larger.json. A larger
// world that was cut off is said not to be finished. --write puts the table into docs/worlds.md.
// Exit codes: 0 all is known or argued, 1 something is new, 4 the time was over: run it again.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { boardDirectories, boardFiles } from './board-files.mjs';
import { inParts, keeping } from './kept.mjs';
import { commandLine, demand, jobsOption, minutesOption, misused } from './options.mjs';

const { values } = commandLine(import.meta.url, {
  boards: { type: 'boolean' },
  kernels: { type: 'string', default: '7.2,6.15.0' },
  growths: { type: 'string', default: 'peer,mate,binder,instance' },
  'states-max': { type: 'number', least: 1, default: 20_000 },
  jobs: { ...jobsOption, default: availableParallelism() },
  only: { type: 'string', default: '' },
  keep: { type: 'string' },
  minutes: minutesOption,
  argued: { type: 'path', default: fileURLToPath(new URL('one-larger.json', import.meta.url)) },
  write: { type: 'boolean' },
});

const load = (file) => import(new URL(`../dist/${file}.js`, import.meta.url).href);
const { readPlatform } = await load('platform/index');
const { worldsForPlatform } = await load('worlds/derive');
const { genericWorlds } = await load('worlds/generic');
const { shapeOf } = await load('worlds/shape');
const { makeExplorer } = await load('run/world-pool');
const { specOf } = await load('run/kernel-spec');
const { findRevision } = await load('kernel/index');
const { groupRuleOf } = await load('platform/iommu-driver');

const argued = JSON.parse(readFileSync(values.argued, 'utf8'));
const options = { statesMax: values['states-max'], preemptions: 1 };

/** A client like the one that a world is about, next to it on the bus list. */
function withClient(world, change) {
  const client = world.devices.find((d) => d.role === 'client' && d.iommus.length > 0);
  // Where its IOMMU has registered before all else, one more would have its group by then.
  const isRegistered = ({ instance }) =>
    world.instances.find((i) => i.name === instance)?.registered === true;
  if (!client || client.iommus.every(isRegistered)) return null;
  const more = {
    name: `${client.name}-more`,
    bus: client.bus,
    role: 'bystander',
    iommus: client.iommus,
    present: true,
    driver: null,
    // Some IOMMUs have one group for all: no board has a client of theirs in another one.
    groupKey: inOneGroup(world, client) ? client.groupKey : `${client.name}-more`,
    dmaRanges: client.dmaRanges,
    ...change(client),
  };
  const at = world.devices.indexOf(client);
  return { ...world, devices: [...world.devices.slice(0, at), more, ...world.devices.slice(at)] };
}

/** True where the IOMMU of @client has one group for all of its clients. */
function inOneGroup({ instances }, { iommus }) {
  const used = instances.find(({ name }) => name === iommus[0]?.instance);
  return used !== undefined && groupRuleOf(used.driver) === 'instance';
}

/** How a world grows; null where it has nothing to grow by. */
const growths = {
  peer: (world) => withClient(world, () => ({})),
  mate: (world) => withClient(world, ({ groupKey }) => ({ groupKey })),
  binder: (world) => {
    const driver = { name: 'more', managedDma: false, async: false };
    const grown = withClient(world, () => ({ role: 'client', driver }));
    const more = grown?.devices.find((d) => d.driver?.name === 'more');
    if (!more) return null;
    const thread = { kind: 'driver-attach', name: 'insmod', device: more.name };
    return { ...grown, threads: [...world.threads, thread], focus: [...world.focus, more.name] };
  },
  instance: (world) => {
    const [first] = world.instances;
    const device = world.devices.find((d) => d.name === first?.device);
    if (!device?.driver) return null;
    const name = 'more.iommu';
    const thread = { kind: 'iommu-probe', name: 'kworker/u8:9', instance: name };
    return {
      ...world,
      devices: [...world.devices, { ...device, name, driver: { ...device.driver } }],
      instances: [
        ...world.instances,
        { name, device: name, driver: first.driver, registered: false },
      ],
      threads: [...world.threads, thread],
    };
  },
};

for (const growth of values.growths.split(',')) {
  if (Object.hasOwn(growths, growth)) continue;
  const known = Object.keys(growths).join(', ');
  misused(import.meta.url, `--growths ${growth}: it is not one of ${known}`);
}

/** The worlds to start from, each shape once. */
function smallWorlds() {
  // Locks of the architecture are searched without reduction: such a world has to stay small.
  const isLeftOut = ({ switches, threads }) =>
    switches.storeBuffers || threads.some((t) => t.kind === 'cpu-online');
  const worlds = genericWorlds().filter((d) => !isLeftOut(d.world));
  if (values.boards) {
    for (const { bytes } of boardFiles(boardDirectories())) {
      const platform = readPlatform(bytes);
      const axes = { asyncProbe: false, strictDevlink: false };
      if (platform.ok) worlds.push(...worldsForPlatform(platform.value, axes));
    }
  }
  const shapes = new Map();
  for (const d of worlds) {
    const shape = shapeOf(d.world);
    if (!shapes.has(shape)) shapes.set(shape, d);
  }
  const { only } = values;
  return [...shapes.values()].filter((d) => `${d.classKey} ${d.world.name}`.includes(only));
}

/** Explore all of @worlds; what was left when the time was over is null. */
async function exploreAll(explorer, spec, worlds) {
  const outcomes = worlds.map(() => null);
  left += await inParts([...worlds.keys()], values.jobs * 2, async (i) => {
    outcomes[i] = await explorer.explore({ derived: worlds[i], spec, options });
  });
  return outcomes;
}

const pairsOf = ({ sightings }) => sightings.map((s) => `${s.window ?? 'new?'}/${s.report}`);

async function sweep(kernel, explorer) {
  const revision = demand(findRevision(kernel));
  const spec = specOf(revision, []);
  const small = smallWorlds();
  const base = await exploreAll(explorer, spec, small);
  if (base.some((e) => e === null)) return { small: small.length, cut: 0, rows: [] };
  const known = new Set(base.flatMap(pairsOf));
  const rows = [];
  for (const growth of values.growths.split(',')) {
    const grow = growths[growth];
    const grown = small.flatMap((derived, i) => {
      const world = grow(derived.world);
      return world === null ? [] : [{ derived: { ...derived, world }, base: base[i] }];
    });
    const row = { kernel, growth, worlds: grown.length, cut: 0, moved: 0, fresh: new Map() };
    const larger = grown.map((g) => g.derived);
    const outcomes = await exploreAll(explorer, spec, larger);
    outcomes.forEach((e, i) => {
      if (e === null) return;
      if (e.bounded) row.cut += 1;
      const own = new Set(pairsOf(grown[i].base));
      const more = [...new Set(pairsOf(e))].filter((pair) => !own.has(pair));
      if (more.some((pair) => known.has(pair))) row.moved += 1;
      for (const pair of more.filter((p) => !known.has(p))) {
        if (!row.fresh.has(pair)) row.fresh.set(pair, `${e.world}, ${e.classKey}`);
      }
    });
    rows.push(row);
    console.log(rowText(row));
  }
  return { small: small.length, cut: base.filter((e) => e.bounded).length, rows };
}

const reasonOf = ({ growth }, pair) => argued[growth]?.[pair];

/** `argued`, `open` (known, and nobody has done anything about it yet), or `NEW`. */
function standing(reason) {
  if (reason === undefined) return 'NEW';
  return reason.startsWith('open: ') ? 'open' : 'argued';
}

function rowText(row) {
  const { kernel, growth, worlds, cut, moved, fresh } = row;
  const lines = [...fresh].map(([pair, where]) => {
    const reason = reasonOf(row, pair);
    return `\n  ${standing(reason)} ${pair}: ${where}`;
  });
  const known = `${moved} show what another small one does`;
  const numbers = `${worlds} worlds, ${cut} not finished, ${known}, ${fresh.size} new`;
  return `${kernel} ${growth}: ${numbers}${lines.join('')}`;
}

/** Reasons of all that is new, each once. */
function reasonsOf(results) {
  const told = new Map();
  for (const row of results.flatMap(({ rows }) => rows)) {
    for (const pair of row.fresh.keys()) {
      told.set(`${row.growth} ${pair}`, reasonOf(row, pair) ?? 'NEW, not argued');
    }
  }
  return [...told].map(([key, reason]) => `- ${key}: ${reason}`);
}

function table(results) {
  const lines = results.flatMap(({ rows }) =>
    rows.map((row) => {
      const fresh = [...row.fresh.keys()].join(', ') || '-';
      const numbers = [row.worlds, row.worlds - row.cut, row.cut, row.moved].join(' | ');
      return `| ${row.kernel} | ${row.growth} | ${numbers} | ${fresh} |`;
    }),
  );
  const small = results.map((r, i) => {
    const kernel = values.kernels.split(',')[i];
    return `Small worlds under ${kernel}: ${r.small}, ${r.cut} of them cut off.`;
  });
  const what = values.boards ? 'generic worlds and shapes of boards' : 'generic worlds';
  const command = [
    'npm run one-larger --',
    ...(values.boards ? ['--boards'] : []),
    ...['--kernels', values.kernels, '--growths', values.growths],
    ...['--states-max', String(values['states-max']), '--write'],
  ];
  const states = values['states-max'];
  const asked = values.growths.split(',');
  const notAsked = Object.keys(growths).filter((growth) => !asked.includes(growth));
  return `# How far "holds" reaches: one larger

Computed by \`${command.join(' ')}\`;
not to be edited. Each of the ${what} was made larger by one: a client that stands
by in a group of its own (peer) or in the client's (mate), a client whose driver
binds (binder), an IOMMU that registers (instance). Finished: every order was
explored, within ${states} states. The others were cut off and searched with one
preemption; that they show nothing new is no proof. Elsewhere: worlds that show a
window and rule which their small world does not, and another small one does.

| kernel | one more | worlds | finished | cut off | elsewhere | new |
|---|---|---|---|---|---|---|
${lines.join('\n')}

${small.join('\n')}

Not asked here: ${notAsked.join(', ') || 'nothing'}.

What is new, and why; \`open\` is what the small worlds miss:

${reasonsOf(results).join('\n') || '- nothing'}
`;
}

const pool = await makeExplorer(values.jobs);
const { model } = JSON.parse(readFileSync(new URL('../dist/model.json', import.meta.url), 'utf8'));
const { keep: file, minutes } = values;
const explorer = keeping(pool, { file, minutes, model });
let left = 0;
const results = [];
for (const kernel of values.kernels.split(',')) results.push(await sweep(kernel, explorer));
await explorer.close();
if (values.write && left === 0)
  writeFileSync(new URL('../docs/worlds.md', import.meta.url), table(results));
const unargued = results.flatMap(({ rows }) =>
  rows.flatMap((row) => [...row.fresh.keys()].filter((pair) => !reasonOf(row, pair))),
);
const open = reasonsOf(results).filter((line) => line.includes(': open: '));
console.log(`${unargued.length} new and not argued, ${open.length} open`);
if (left > 0) console.log(`${left} worlds were left when the time was over: run it again`);
process.exitCode = unargued.length > 0 ? 1 : left > 0 ? 4 : 0;
