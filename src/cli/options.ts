// SPDX-License-Identifier: GPL-2.0-only
// Options that several commands have.

import { checkForms, sweepForms, wordsOf, wordsText } from './forms.ts';
import {
  actors,
  amount,
  count,
  memory,
  oneOf,
  queueUrl,
  seconds,
  show,
  sourceStrategy,
  strategy,
  threads,
} from './readers.ts';
import type { OptionEntry } from './table.ts';

/** What the shell completes the name of a kernel to. */
export const kernel = 'kernel';

/** @options where there is no room in --help for what few need; the man page has them. */
function rarely<O extends readonly OptionEntry[]>(options: O): O {
  return options.map((option) => ({ ...option, rare: true })) as unknown as O;
}

/** Who does the tasks. */
export const queueOption = {
  flags: '--queue URL',
  read: queueUrl,
  text: 'let workers of a job queue do it; see man',
} as const satisfies OptionEntry;

/** Which board, and what is known of it beside its firmware. */
export const firmwareOptions = [
  { flags: '--live', text: 'the board is this machine, as /sys and /proc show it' },
  { flags: '--sysroot DIR', text: 'it is a machine whose /sys and /proc were copied to DIR' },
  { flags: '--pci FILE', text: 'PCI functions of ACPI: lspci -vvnn, a boot log, a sysfs' },
  { flags: '--overlay FILE', text: 'apply an overlay to the device tree', repeats: true },
] as const satisfies readonly OptionEntry[];

const kernelOptions = [
  {
    flags: '--kernel NAME',
    value: 'auto',
    complete: kernel,
    text: "kernel; auto is --live's, else 7.2",
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
  { flags: '--async', text: 'probe drivers asynchronously (driver_async_probe=*)', rare: true },
  {
    flags: '--strict-devlink',
    text: 'order suppliers strictly (fw_devlink.strict=1)',
    rare: true,
  },
] as const satisfies readonly OptionEntry[];

const outputOptions = [
  { flags: '--states-max N', read: amount, text: 'give up a world after N states' },
  { flags: '--time-max S', read: seconds, text: 'give up a world after S seconds', rare: true },
  { flags: '--jobs N', read: threads, text: 'worker threads; changes no result', rare: true },
  { flags: '--baseline FILE', text: 'tell only what is new or gone since then; see man' },
  {
    flags: '--write-baseline FILE',
    text: 'keep what is found as a baseline, in some hundred bytes for each finding',
    rare: true,
  },
  {
    flags: '--format HOW',
    text: wordsText(checkForms),
    value: 'text',
    read: oneOf(wordsOf(checkForms), 'format'),
  },
  { flags: '--out DIR', text: 'write each finding to a file in DIR' },
  { flags: '--show N|all', read: show, text: 'tell this finding in full, not the gravest' },
] as const satisfies readonly OptionEntry[];

const rareOptions = [
  { flags: '--summary', text: 'tell no finding in full', rare: true },
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

/** What check takes. */
export const checkOptions = [
  ...rarely(firmwareOptions),
  ...kernelOptions,
  ...selectOptions,
  {
    flags: '--actors all|LIST',
    read: actors,
    complete: ['all'],
    text: 'let rarer ones act in a board: unbind, fail, refuse, remove, owner, beside, masks',
    rare: true,
  },
  {
    flags: '--avoid',
    text: 'ask the model which boot options avoid what is told in full, on this board',
    rare: true,
  },
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

/** What sweep takes. */
export const sweepOptions = [
  {
    flags: '--kernel NAME',
    repeats: true,
    complete: kernel,
    text: 'a kernel, 7.2 unless told; each is held against the one before',
  },
  {
    flags: '--with SHA|FILE.ts',
    repeats: true,
    complete: 'commit',
    text: 'each kernel once more, with this commit or fix',
  },
  { flags: '--window ID', repeats: true, complete: 'window', text: 'only this window' },
  { flags: '--property ID', repeats: true, complete: 'rule', text: 'only this rule' },
  {
    flags: '--strategy HOW',
    read: strategy,
    value: 'exhaustive',
    text: 'bound=K, delay=K, sample=N',
    complete: ['exhaustive', 'bound=2'],
  },
  { flags: '--states-max N', read: amount, text: 'give up a world after N states' },
  { flags: '--jobs N', read: threads, text: 'worker threads; changes no result' },
  queueOption,
  { flags: '--store DIR', text: 'where results are kept, if not in the cache of the user' },
  {
    flags: '--format HOW',
    text: wordsText(sweepForms),
    value: 'text',
    read: oneOf(wordsOf(sweepForms), 'format'),
  },
] as const satisfies readonly OptionEntry[];

const buildOptions = [
  { flags: '--patch FILE', text: 'apply a .diff or .mbox to a private copy', repeats: true },
  { flags: '--revert FILE', text: 'take a patch back first', repeats: true },
  { flags: '--cc CLANG', text: 'build with a native clang' },
  { flags: '--world NAME', text: 'only this named world' },
] as const satisfies readonly OptionEntry[];

/** What source check takes. */
export const sourceOptions = [
  ...selectOptions,
  ...outputOptions,
  {
    flags: '--strategy HOW',
    read: sourceStrategy,
    text: 'bound=K preemptions, or source-dpor',
    value: 'bound=1',
  },
  ...buildOptions,
  queueOption,
] as const satisfies readonly OptionEntry[];

/** What conform takes. */
export const conformOptions = [
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
  queueOption,
] as const satisfies readonly OptionEntry[];

/** What `view` takes: of a check no more than which board, and what of it. */
export const viewOptions = [
  { flags: '--kernel NAME', value: 'auto', complete: kernel, text: 'check a board under it' },
  { flags: '--device NAME', repeats: true, complete: 'device', text: 'and only this device' },
  { flags: '--avoid', text: 'and ask which boot options avoid what is found' },
  { flags: '--port N', read: count(0, 65535), text: 'serve on this port', value: '0' },
  { flags: '--out FILE', text: 'write one page that needs no server' },
] as const satisfies readonly OptionEntry[];
