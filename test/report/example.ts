// SPDX-License-Identifier: GPL-2.0-only
// Hand-made findings to test reports with; they need no model and no checker.

import type { OpKind } from '#env/op';
import type { Finding, TraceStep } from '#finding/finding';
import type { CheckReport } from '#finding/report';

/** A step in short: thread, function stack (innermost first), access, events. */
export function step(
  thread: string,
  stack: string,
  op: OpKind,
  cell: string,
  value = '',
  ...events: string[]
): TraceStep {
  const [object = '', field = ''] = cell.split('->');
  const names = stack.split(' < ');
  const reads = op === 'load' || op === 'wait' || op === 'alloc';
  return {
    thread,
    op,
    object,
    field,
    function: names[0]!,
    stack: names,
    file: 'src/kernel/iommu/iommu.ts',
    line: 1,
    before: reads ? value : 'null',
    after: value,
    result: reads ? value : '',
    marked: false,
    locks: [],
    events,
  };
}

const walk = 'bus_iommu_probe < iommu_device_register < arm_smmu_device_probe < really_probe';
const walkProbe = `__iommu_probe_device < probe_iommu_group < ${walk}`;
const bind = 'really_probe < __driver_probe_device < deferred_probe_work_func';
const configure = `of_iommu_configure < of_dma_configure_id < platform_dma_configure < ${bind}`;
const replay = `__iommu_probe_device < iommu_probe_device < ${configure}`;
const gpu = '3d00000.gpu';
const smmu = '3da0000.iommu';
const L = 'iommu_probe_device_lock';
const W = 'modprobe';
const C = 'kworker/u8:1';

/** The race of C09 as the catalogue tells it, with steps beside it that no table should show. */
export const replayDuringRegister: Finding = {
  format: 'racewindow/finding@2',
  producer: { name: 'racewindow', version: '0.1.0', model: '0123456789abcdef' },
  id: 'P1-C09-platform-arm-smmu',
  revision: { name: '6.15.0', commits: ['bcb81ac6ae3c', '95deee37a123'], userFixes: [] },
  world: {
    name: 'walk+bind+retry/1 client/bystanders 1+0',
    classKey: 'platform/dt/arm-smmu',
    firmware: 'dt',
    devices: [
      {
        name: gpu,
        bus: 'platform',
        role: 'client',
        iommus: [{ instance: smmu, ids: [0, 1] }],
        present: true,
        driver: { name: 'adreno', managedDma: false, async: false },
        groupKey: null,
        dmaRanges: false,
      },
    ],
    instances: [{ name: smmu, device: smmu, driver: 'arm-smmu', registered: false }],
    threads: [
      { kind: 'iommu-probe', name: W, instance: smmu },
      { kind: 'driver-attach', name: 'swapper/0', device: gpu },
    ],
    switches: {
      asyncProbe: false,
      strictDevlink: false,
      deferralEnabled: true,
      deferralTimeout: false,
    },
    focus: [gpu],
  },
  property: 'P1',
  window: 'C09',
  class: 'platform/dt/arm-smmu',
  devices: [gpu, '3d6a000.gmu'],
  rule: 'a device is never probed by its IOMMU while a driver is bound to it',
  harm: 'warning',
  consequence: 'the kernel prints a warning, and the group is made out of turn',
  since: 'v6.15-rc1',
  closers: ['da33e87bd2bf ("iommu: Handle yet another race around registration"), v6.16-rc1'],
  symptom: 'adreno 3d00000.gpu: late IOMMU probe at driver bind, something fishy here!',
  fixes: ['bcb81ac6ae3c ("iommu: Get DT/ACPI parsing into the proper probe path")'],
  links: ['https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/'],
  assumed: [
    'the driver of 3d00000.gpu has been deferred once and is tried again',
    'the deferred probe worker runs while 3da0000.iommu registers',
  ],
  threads: [W, C],
  roles: [],
  preemptions: 1,
  minimal: true,
  schedule: 'rw1:modprobe@spin_unlock:iommu_device_lock#1;kworker/u8:1',
  trace: [
    step(W, 'iommu_device_register < really_probe', 'store', `${smmu}->ops`, 'arm_smmu_ops'),
    step(W, 'iommu_device_register < really_probe', 'lock', 'iommu_device_lock'),
    step(
      W,
      'iommu_device_register < arm_smmu_device_probe < really_probe',
      'store',
      'iommu_device_list->entries',
      `[${smmu}]`,
      `instance-listed ${smmu}`,
    ),
    step(W, 'iommu_device_register < really_probe', 'unlock', 'iommu_device_lock'),
    step(W, walk, 'lock', 'platform.klist_devices'),
    step(W, walk, 'load', 'platform->devices', '[3d6a000.gmu, 3d00000.gpu]'),
    step(W, walk, 'unlock', 'platform.klist_devices'),
    step(C, bind, 'lock', gpu),
    step(C, bind, 'store', `${gpu}->driver`, 'adreno', `driver-set ${gpu}`),
    step(C, configure, 'lock', L),
    step(C, configure, 'load', `${gpu}->iommu`, 'null'),
    step(C, `iommu_fwspec_init < ${configure}`, 'load', `${smmu}->refs`, '1'),
    step(C, `dev_iommu_get < ${configure}`, 'alloc', gpu, `${gpu}.iommu#1`),
    step(C, `dev_iommu_get < ${configure}`, 'store', `${gpu}->iommu`, `${gpu}.iommu#1`),
    step(
      C,
      `iommu_fwspec_init < ${configure}`,
      'store',
      `${gpu}.iommu#1->fwspec`,
      `${gpu}.fwspec#1`,
      `fwspec-built ${gpu} ${smmu} bind`,
    ),
    step(C, configure, 'unlock', L, '', `replay-begin ${gpu}`),
    step(C, replay, 'lock', L),
    step(C, replay, 'load', `${gpu}->iommu_group`, 'null'),
    step(
      C,
      `iommu_init_device < ${replay}`,
      'store',
      `${gpu}->iommu_group`,
      'group#1',
      `group-set ${gpu} group#1 0 replay`,
    ),
    step(C, replay, 'load', `${gpu}->driver`, 'adreno', `late-warn ${gpu} replay`),
    step(C, replay, 'unlock', L),
    step(W, walkProbe, 'lock', L),
    step(W, walkProbe, 'load', `${gpu}->iommu_group`, 'group#1', `walk-visit ${gpu} ${smmu}`),
    step(
      W,
      'iommu_device_register < arm_smmu_device_probe < really_probe',
      'store',
      `${smmu}->ready`,
      'true',
      `instance-ready ${smmu}`,
    ),
  ],
  deciding: 19,
  witness: {
    subject: gpu,
    because: 'a driver is set while the replay puts the device into a group',
    facts: { driver: 'adreno', by: 'replay' },
  },
};

/** A report with that finding and one of each other outcome. */
export const exampleReport: CheckReport = {
  tool: { name: 'racewindow', version: '0.1.0', format: 'racewindow/report@1' },
  kernel: { name: '6.15.0', commits: ['bcb81ac6ae3c', '95deee37a123'], userFixes: [] },
  input: { basename: 'laptop.dtb', sha256: 'ab'.repeat(32) },
  coverage: {
    worlds: 12,
    clientsMax: 3,
    instancesMax: 2,
    states: 123456,
    transitions: 234567,
    strategy: 'exhaustive',
    bounded: [
      { limit: 'states-max', value: 100000, flag: '--states-max', worlds: ['walk+bind/pair'] },
    ],
  },
  verdicts: [
    { property: 'P1', outcome: 'violated', devices: [gpu, '3d6a000.gmu'] },
    { property: 'P1', outcome: 'holds', devices: ['a600000.usb'] },
    { property: 'P2', outcome: 'bounded', devices: [gpu] },
    { property: 'P6', outcome: 'n.a.', devices: [] },
  ],
  findings: [replayDuringRegister],
  timing: { elapsedMs: 1234, jobs: 2 },
};
