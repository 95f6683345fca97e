// SPDX-License-Identifier: GPL-2.0-only
// The command table: every command with its arguments and options, in the order of --help.

import { shells } from './complete.ts';
import {
  amount,
  count,
  format,
  memory,
  oneOf,
  seconds,
  sourceStrategy,
  strategy,
  threads,
} from './readers.ts';
import { type CommandEntry, command, type OptionEntry } from './table.ts';

/** Kinds of values that several options have. */
const kernel = 'kernel';

const kernelOptions = [
  {
    flags: '--kernel NAME',
    value: '7.2',
    complete: kernel,
    text: 'kernel to check; see racewindow kernels',
  },
  {
    flags: '--with SHA|FILE.ts',
    repeats: true,
    complete: 'commit',
    text: 'add a commit, or a fix of your own',
  },
  { flags: '--without SHA', text: 'take a commit away', repeats: true, complete: 'commit' },
] as const satisfies readonly OptionEntry[];

const selectOptions = [
  {
    flags: '--device NAME',
    repeats: true,
    complete: 'device',
    text: 'only this device, named as in dmesg',
  },
  {
    flags: '--property ID',
    repeats: true,
    complete: 'rule',
    text: 'only this rule, such as P1',
  },
  {
    flags: '--window ID',
    repeats: true,
    complete: 'window',
    text: 'only this window, such as C09',
  },
  { flags: '--async', text: 'probe drivers asynchronously (driver_async_probe=*)' },
  { flags: '--strict-devlink', text: 'order suppliers strictly (fw_devlink.strict=1)' },
] as const satisfies readonly OptionEntry[];

const outputOptions = [
  { flags: '--states-max N', read: amount, text: 'give up a world after N states' },
  { flags: '--time-max S', read: seconds, text: 'give up a world after S seconds' },
  { flags: '--jobs N', read: threads, text: 'worker threads; changes no result' },
  { flags: '--baseline FILE', text: 'report whose findings are known and do not fail' },
  { flags: '--format HOW', text: 'text, mail or json', value: 'text', read: format },
  { flags: '--out DIR', text: 'write each finding to a file in DIR' },
] as const satisfies readonly OptionEntry[];

const rareOptions = [
  {
    flags: '--seed N',
    read: count(0, 1e9 - 1),
    text: 'draw another sample, with --strategy sample=N',
    rare: true,
  },
  {
    flags: '--audit-cache N',
    read: amount,
    text: 'go on from every Nth cache hit, and compare',
    rare: true,
  },
  {
    flags: '--depth-max N',
    read: amount,
    text: 'give up a world in which a thread takes N steps in a row that nobody else can see',
    rare: true,
  },
  {
    flags: '--minimise-max N',
    read: amount,
    text: 'visit N states of a world for orders with fewer preemptions',
    rare: true,
  },
  {
    flags: '--resume FILE',
    text:
      'keep a journal of the worlds that are done and, beside it, of those under way;' +
      ' go on from it',
    rare: true,
  },
  {
    flags: '--memory HOW',
    read: memory,
    text:
      'store buffers: tso or pso, of the fields that publish an instance or of those named, as in' +
      ' pso:iommu_device.ready,device.driver',
    rare: true,
  },
] as const satisfies readonly OptionEntry[];

const checkOptions = [
  ...kernelOptions,
  ...selectOptions,
  {
    flags: '--strategy HOW',
    read: strategy,
    value: 'exhaustive',
    text: 'bound=K, delay=K, sample=N',
    complete: ['exhaustive', 'bound=2'],
  },
  ...outputOptions,
  ...rareOptions,
] as const satisfies readonly OptionEntry[];

const buildOptions = [
  { flags: '--patch FILE', text: 'apply a .diff or .mbox to a private copy', repeats: true },
  { flags: '--revert FILE', text: 'take a patch back first', repeats: true },
  { flags: '--cc CLANG', text: 'build with a native clang' },
  { flags: '--world NAME', text: 'only this named world' },
] as const satisfies readonly OptionEntry[];

const sourceOptions = [
  ...selectOptions,
  ...outputOptions,
  {
    flags: '--strategy HOW',
    read: sourceStrategy,
    text: 'bound=K preemptions, or source-dpor',
    value: 'bound=1',
  },
  ...buildOptions,
] as const satisfies readonly OptionEntry[];

const conformOptions = [
  {
    flags: '--bound K',
    read: count(0, 4),
    text: "preemptions of the real code's runs",
    value: '2',
  },
  {
    flags: '--samples N',
    read: count(0, 1e6),
    text: 'random runs per world beyond the bound',
    value: '1000',
  },
  {
    flags: '--time-max S',
    read: seconds,
    text: 'give up a search of the real code after S seconds',
    value: '20',
  },
  {
    flags: '--states-max N',
    read: amount,
    text: 'cut the model off after N states',
    value: '150000',
  },
  ...buildOptions,
] as const satisfies readonly OptionEntry[];

/** All commands. */
export const commands: readonly CommandEntry[] = [
  command({
    name: 'check',
    args: '[FIRMWARE]',
    text: 'find the race windows that a board can hit',
    exits: { 0: 'all holds', 1: 'a rule is violated', 3: 'not decided' },
    options: checkOptions,
    run: async ({ args, options, io, pipeline }) => {
      const { runCheck } = await import('#cli/commands/check');
      return runCheck({ ...options, firmware: args[0] }, io, await pipeline());
    },
  }),
  command({
    name: 'replay',
    args: '<FILE>',
    text: 'show findings of a file, run them again',
    exits: { 0: 'the same witness' },
    options: [
      { flags: '--id ID', text: 'which finding of a report: its id, or its number from 1' },
      { flags: '--brief', text: 'only say whether they replay' },
      { flags: '--trust-fixes', text: 'run the code of fixes that the file brings with it' },
      { flags: '--format HOW', text: 'text, mail or json', value: 'text', read: format },
      { flags: '--tree TREE', text: 'the kernel tree, for findings of source check' },
      { flags: '--cc CLANG', text: 'build it with a native clang' },
    ],
    run: async ({ args, options, io, pipeline }) => {
      const { runReplay } = await import('#cli/commands/replay');
      return runReplay({ ...options, file: args[0] ?? '' }, io, await pipeline());
    },
  }),
  command({
    name: 'board',
    args: '<FIRMWARE>',
    text: 'print what was understood of a board',
    exits: { 0: 'printed' },
    options: [],
    run: async ({ args, io, pipeline }) => {
      const { runBoard } = await import('#cli/commands/board');
      return runBoard(args[0] ?? '', io, await pipeline());
    },
  }),
  command({
    name: 'windows',
    args: '[ID]',
    text: 'list the known race windows, or tell one',
    exits: { 0: 'printed' },
    complete: 'window',
    options: [],
    run: async ({ args, io, pipeline }) => {
      const { runWindows } = await import('#cli/commands/windows');
      return runWindows(args[0], io, await pipeline());
    },
  }),
  command({
    name: 'kernels',
    args: '[NAME]',
    text: 'list the kernels, or the commits of one',
    exits: { 0: 'printed' },
    complete: kernel,
    options: [],
    run: async ({ args, io, pipeline }) => {
      const { runKernels } = await import('#cli/commands/kernels');
      return runKernels(args[0], io, await pipeline());
    },
  }),
  command({
    name: 'source setup',
    args: '',
    text: "install the compiler that builds the kernel's own C",
    exits: { 0: 'the compiler is there' },
    options: [],
    run: async ({ io }) => {
      const { runSourceSetup } = await import('#cli/commands/source-setup');
      return runSourceSetup(io);
    },
  }),
  command({
    name: 'source check',
    args: '<TREE> [FIRMWARE]',
    text: 'find race windows by running the C of a kernel tree',
    exits: { 0: 'all holds', 1: 'a rule is violated', 3: 'not decided' },
    options: sourceOptions,
    run: async ({ args, options, io, pipeline }) => {
      const { runSourceCheck } = await import('#cli/commands/source-check');
      const given = { ...options, tree: args[0] ?? '', firmware: args[1] };
      return runSourceCheck(given, io, await pipeline());
    },
  }),
  command({
    name: 'conform',
    args: '<TREE>',
    text: 'hold the model against the C of a kernel tree',
    exits: { 0: 'no difference', 1: 'a difference' },
    options: conformOptions,
    run: async ({ args, options, io }) => {
      const { runConform } = await import('#cli/commands/conform');
      return runConform({ ...options, tree: args[0] ?? '' }, io);
    },
  }),
  command({
    name: 'try',
    args: '[FIX] [FIRMWARE]',
    text: 'tell what a fix closes, opens and leaves',
    exits: { 0: 'opens nothing', 1: 'opens something', 3: 'not decided' },
    options: [
      { flags: '--on NAME', text: 'kernel that the fix stands on', value: '7.2', complete: kernel },
      { flags: '--with SHA|FILE', text: 'what the kernel has in addition', repeats: true },
      {
        flags: '--states-max N',
        read: amount,
        text: 'explore a world in part after N states or runs',
      },
      { flags: '--jobs N', read: threads, text: 'worker threads; changes no result' },
      {
        flags: '--format HOW',
        text: 'text or json',
        value: 'text',
        read: oneOf(['text', 'json'], 'format'),
      },
      { flags: '--tree TREE', text: 'judge --patch in the C of this kernel tree' },
      { flags: '--patch FILE', text: 'the fix: a .diff or .mbox', repeats: true },
      { flags: '--revert FILE', text: 'in a tree: take a patch back first', repeats: true },
      {
        flags: '--strategy HOW',
        read: sourceStrategy,
        text: 'in a tree: bound=K preemptions, or source-dpor',
      },
      { flags: '--time-max S', read: seconds, text: 'in a tree: give up a world after S seconds' },
      { flags: '--world NAME', text: 'in a tree: only this named world' },
      { flags: '--cc CLANG', text: 'build with a native clang' },
    ],
    run: async ({ args, options, io }) => {
      if (options.tree !== undefined) {
        const { runTrySource } = await import('#cli/commands/try-source');
        return runTrySource({ ...options, firmware: args[0] }, io);
      }
      const { runTry } = await import('#cli/commands/try');
      return runTry({ ...options, fix: args[0], firmware: args[1] }, io);
    },
  }),
  command({
    name: 'matrix',
    args: '',
    text: 'compute which windows which kernels have',
    exits: { 0: 'computed' },
    options: [
      { flags: '--windows IDS', text: 'only these, as in C08,C09', complete: 'window' },
      { flags: '--kernels NAMES', text: 'only these, as in 6.12,6.12.y', complete: kernel },
      { flags: '--states-max N', read: amount, text: 'explore a world in part after N states' },
      { flags: '--jobs N', read: threads, text: 'worker threads; changes no result' },
      {
        flags: '--format HOW',
        text: 'md, json or html',
        value: 'md',
        read: oneOf(['md', 'json', 'html'], 'format'),
      },
    ],
    run: async ({ options, io }) => {
      const { runMatrix } = await import('#cli/commands/matrix');
      return runMatrix(options, io);
    },
  }),
  command({
    name: 'bisect',
    args: '<WINDOW>',
    text: 'tell which commits open and close a window',
    exits: { 0: 'closed at the end', 1: 'open', 3: 'not decided' },
    complete: 'window',
    options: [
      { flags: '--from NAME', text: 'kernel to begin with', value: '6.0', complete: kernel },
      { flags: '--to NAME', text: 'kernel to end with', value: '7.2', complete: kernel },
      {
        flags: '--worlds-max N',
        read: count(1, 1000),
        text: 'worlds to ask in, small ones first',
        value: '8',
      },
      { flags: '--states-max N', read: amount, text: 'explore a world in part after N states' },
      { flags: '--jobs N', read: threads, text: 'worker threads; changes no result' },
    ],
    run: async ({ args, options, io }) => {
      const { runBisect } = await import('#cli/commands/bisect');
      return runBisect({ ...options, window: args[0] ?? '' }, io);
    },
  }),
  command({
    name: 'backport',
    args: '<WINDOW>',
    text: 'find the fewest commits that close a window',
    exits: { 0: 'closed, or not there', 1: 'not closed, or another one opened', 3: 'not decided' },
    complete: 'window',
    options: [
      { flags: '--to NAME', text: 'kernel to close it in', value: '6.12.y', complete: kernel },
      {
        flags: '--worlds-max N',
        read: count(1, 1000),
        text: 'worlds to ask in, small ones first; all unless given',
      },
      { flags: '--states-max N', read: amount, text: 'explore a world in part after N states' },
      { flags: '--jobs N', read: threads, text: 'worker threads; changes no result' },
    ],
    run: async ({ args, options, io }) => {
      const { runBackport } = await import('#cli/commands/backport');
      return runBackport({ ...options, window: args[0] ?? '' }, io);
    },
  }),
  command({
    name: 'completion',
    args: '<SHELL...>',
    text: 'print completions: bash, zsh or fish',
    exits: { 0: 'printed' },
    options: [],
    complete: shells,
    run: async ({ args, io, pipeline }) => {
      const { runCompletion } = await import('#cli/commands/completion');
      return runCompletion(args, commands, io, pipeline);
    },
  }),
];
