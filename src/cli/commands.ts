// SPDX-License-Identifier: GPL-2.0-only
// The command table: every command with its arguments and options, in the order of --help.

import { fail } from '#base/errors';
import { shells } from './complete.ts';
import {
  checkOptions,
  conformOptions,
  firmwareOptions,
  kernel,
  queueOption,
  sourceOptions,
  sweepOptions,
  viewOptions,
} from './options.ts';
import {
  amount,
  count,
  format,
  formatText,
  oneOf,
  seconds,
  sourceStrategy,
  threads,
} from './readers.ts';
import { type CommandEntry, command } from './table.ts';

/** All commands. */
export const commands: readonly CommandEntry[] = [
  command({
    name: 'check',
    args: '[FIRMWARE]',
    text: 'find the race windows that a board can hit',
    exits: { 0: 'all holds', 1: 'a rule is violated', 3: 'not decided', 130: 'Ctrl-C' },
    options: checkOptions,
    run: async ({ args, options, io, pipeline }) => {
      const { runCheck } = await import('#cli/commands/check');
      return runCheck({ ...options, firmware: args[0] }, io, await pipeline());
    },
  }),
  command({
    name: 'sweep',
    args: '<DIR...>',
    text: 'check all boards below folders',
    exits: { 0: 'all holds', 1: 'a rule is violated', 3: 'not decided' },
    options: sweepOptions,
    run: async ({ args, options, io, pipeline }) => {
      const { runSweep } = await import('#cli/commands/sweep');
      const folders = args.filter((name) => name !== undefined);
      return runSweep({ ...options, folders }, io, await pipeline());
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
      { flags: '--format HOW', text: formatText, value: 'text', read: format },
      { flags: '--out FILE', text: 'write it to a file: one finding, or a page' },
      { flags: '--tree TREE', text: 'the kernel tree, for findings of source check' },
      { flags: '--cc CLANG', text: 'build it with a native clang' },
    ],
    run: async ({ args, options, io, pipeline }) => {
      const { runReplay } = await import('#cli/commands/replay');
      return runReplay({ ...options, file: args[0] ?? '' }, io, await pipeline());
    },
  }),
  command({
    name: 'view',
    args: '[FILE|DIR]',
    text: 'look at findings, a board or a log in a browser',
    exits: { 0: 'shown' },
    options: viewOptions,
    run: async ({ args, options, io, pipeline }) => {
      const { runView } = await import('#cli/commands/view');
      return runView({ ...options, input: args[0] }, io, await pipeline());
    },
  }),
  command({
    name: 'reproduce',
    args: '<FILE>',
    text: 'force a finding upon a kernel booted in QEMU',
    exits: {
      0: 'reproduced; proved, if nothing is booted',
      1: 'infeasible, or not reproduced',
      3: 'inconclusive',
    },
    options: [
      { flags: '--id ID', text: 'id or number of a finding in a report', value: '1' },
      { flags: '--kernel NAME', text: "series of a distribution's kernel to boot; else 7.2" },
      { flags: '--on TREE', text: 'boot a kernel built of TREE instead' },
      {
        flags: '--patch FILE',
        repeats: true,
        text: 'a patch or mbox on TREE; booted with and without',
      },
      { flags: '--revert FILE', repeats: true, text: 'take FILE back from TREE first' },
      {
        flags: '--with SHA|FILE.ts',
        repeats: true,
        complete: 'commit',
        text: 'what these patches are in the model',
      },
      { flags: '--without SHA', repeats: true, complete: 'commit', text: 'and what they undo' },
      { flags: '--plan', text: 'only find the waits and prove them; boot nothing' },
      { flags: '--module DIR', text: 'only write the module, for a machine of your own' },
      { flags: '--out DIR', text: 'where logs are kept', value: 'out/reproduce' },
      {
        flags: '--format HOW',
        text: 'text or json',
        value: 'text',
        read: oneOf(['text', 'json'], 'format'),
      },
    ],
    run: async ({ args, options, io, pipeline }) => {
      const { runReproduce } = await import('#cli/commands/reproduce');
      return runReproduce({ ...options, file: args[0] ?? '' }, io, await pipeline());
    },
  }),
  command({
    name: 'board',
    args: '[FIRMWARE]',
    text: 'print what was understood of a board',
    exits: { 0: 'printed' },
    options: firmwareOptions,
    run: async ({ args, options, io, pipeline }) => {
      const { runBoard } = await import('#cli/commands/board');
      return runBoard({ ...options, firmware: args[0] }, io, await pipeline());
    },
  }),
  command({
    name: 'explain',
    args: '<LOG>',
    text: 'tell which race a boot log shows, if any',
    options: [
      { flags: '--board FIRMWARE', text: 'the device tree of the machine' },
      { flags: '--kernel NAME', text: 'its kernel; auto: as the log says', value: 'auto' },
      {
        flags: '--format HOW',
        text: 'text or json',
        value: 'text',
        read: oneOf(['text', 'json'], 'format'),
      },
    ],
    exits: { 0: 'no race', 1: 'a race', 3: 'the log does not tell' },
    run: async ({ args, options, io, pipeline }) => {
      const { runExplain } = await import('#cli/commands/explain');
      return runExplain({ ...options, log: args[0] ?? '' }, io, await pipeline());
    },
  }),
  command({
    name: 'admits',
    args: '<LOG> <FIRMWARE>',
    text: 'tell whether the model can produce a boot log',
    options: [
      { flags: '--kernel NAME', text: 'its kernel; auto: as the log says', value: 'auto' },
      {
        flags: '--format HOW',
        text: 'text or json',
        value: 'text',
        read: oneOf(['text', 'json'], 'format'),
      },
    ],
    exits: { 0: 'it can', 1: 'it cannot', 3: 'not decided' },
    run: async ({ args, options, io, pipeline }) => {
      const { runAdmits } = await import('#cli/commands/admits');
      return runAdmits(
        { ...options, log: args[0] ?? '', board: args[1] ?? '' },
        io,
        await pipeline(),
      );
    },
  }),
  command({
    name: 'windows',
    args: '[ID|TEXT...]',
    text: 'list race windows, tell one, find by symptom',
    exits: { 0: 'printed' },
    complete: 'window',
    options: [],
    run: async ({ args, io, pipeline }) => {
      const { runWindows } = await import('#cli/commands/windows');
      return runWindows(
        args.flatMap((word) => word ?? []),
        io,
        await pipeline(),
      );
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
      {
        flags: '--kernel NAME',
        text: 'kernel that the fix stands on',
        value: '7.2',
        complete: kernel,
      },
      { flags: '--on NAME', text: 'the older name of --kernel', complete: kernel, rare: true },
      { flags: '--with SHA|FILE', text: 'what the kernel has in addition', repeats: true },
      {
        flags: '--states-max N',
        read: amount,
        text: 'explore a world in part after N states or runs',
      },
      { flags: '--jobs N', read: threads, text: 'worker threads; changes no result' },
      {
        flags: '--format HOW',
        text: 'text or json; in a tree mail, too: what the fix leaves and opens',
        value: 'text',
        read: oneOf(['text', 'json', 'mail'], 'format'),
      },
      { flags: '--device NAME', repeats: true, complete: 'device', text: 'only this device' },
      {
        flags: '--window ID',
        repeats: true,
        complete: 'window',
        text: 'of what it closes and leaves, only this window',
      },
      { flags: '--tree TREE', text: 'judge a patch in the C of this kernel tree' },
      { flags: '--patch FILE', text: 'the fix: a .diff or .mbox; - reads it', repeats: true },
      { flags: '--out DIR', text: 'in a tree: write each finding that is left' },
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
    run: async ({ args, options, io, pipeline }) => {
      if (options.tree !== undefined) {
        const { runTrySource } = await import('#cli/commands/try-source');
        return runTrySource({ ...options, words: args }, io, await pipeline());
      }
      const { runTry } = await import('#cli/commands/try');
      const name = options.on ?? options.kernel;
      const tried = { ...options, kernel: name, fix: args[0], firmware: args[1] };
      return runTry(tried, io, await pipeline());
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
      queueOption,
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
    args: '[WINDOW]',
    text: 'find the commits that close one window, or all',
    exits: { 0: 'closed, or not there', 1: 'not closed, or another one opened', 3: 'not decided' },
    complete: 'window',
    options: [
      { flags: '--to NAME', text: 'kernel to close it in', value: '6.12.y', complete: kernel },
      { flags: '--tree DIR', text: 'git tree to try the commits on' },
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
      return runBackport({ ...options, window: args[0] }, io);
    },
  }),
  command({
    name: 'worker',
    args: '',
    text: 'do tasks that others put into a job queue',
    exits: { 0: 'stopped' },
    options: [
      { ...queueOption, text: 'the queue: postgres://USER@HOST/DATABASE' },
      { flags: '--jobs N', read: threads, text: 'tasks at once, a thread for each' },
    ],
    run: async ({ options, io }) => {
      const { queue } = options;
      if (queue === undefined) {
        const hint = 'name the queue: --queue postgres://USER@HOST/DATABASE';
        return fail('RW060', 'worker takes its tasks from a queue', hint);
      }
      const { runWorker } = await import('#cli/commands/worker');
      return runWorker({ ...options, queue }, io);
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
