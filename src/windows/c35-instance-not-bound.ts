// SPDX-License-Identifier: GPL-2.0-only
// C35: an SMMU driver looks for the instance of a client before its own probe is over.

import { instancesOf, type RuleContext, type WatchedDevice } from '#properties/context';
import { functionOf, involves, isAbout, isMemory, isUnbound, threadOf } from './reports.ts';
import { type Explained, including, isSmmu, perDevice } from './signature.ts';
import type { Window } from './window.ts';

const EPROBE_DEFER = -517;

export const c35: Window = {
  id: 'C35',
  name: 'instance-lookup-before-bound',
  title: 'An IOMMU driver does not find its own instance yet',
  text:
    'A driver that looks its instance up among bound devices finds nothing between ' +
    'iommu_device_register() and driver_bound().',
  threads: ['walk', 'bind'],
  precondition: 'arm-smmu or arm-smmu-v3 before the fix; a client binds in that moment',
  symptom: 'NULL dereference in arm_smmu_probe_device() (CVE-2024-56568)',
  log: [
    {
      seen: { kind: 'crash', at: ['arm_smmu_probe_device'], what: 'null' },
    },
  ],
  symptomOf: ['P5'],
  ways: [{ opened: null, closed: ['7d835134d4e1'] }],
  links: [],
  confidence: 0.9,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [
    {
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus: walk+bind+retry/1 client/bystanders 0+0',
      found: ['6.12'],
      absent: ['6.15-rc1'],
    },
  ],
  signatures: {
    /**
     * Not found: probe_device() did not find the instance, and deferred or said that there is none,
     * so that the device lost what its bind had built; a walk that met a deferral failed its
     * registration. Without the first fix the lookup gives NULL, and the oops itself tells.
     */
    main: perDevice<'as it was' | 'not found'>((ctx) => ({
      events: ['init-end', 'instance-not-found'],
      initial: 'as it was',
      step(state, e, d) {
        if (e.name === 'init-end') {
          return isDeferred(ctx, d, e.errno) ? 'not found' : state;
        }
        return e.name === 'instance-not-found' && isSmmu(ctx, e.instance) ? 'not found' : state;
      },
      explains(devices, report) {
        if (isUnbound(report)) return true;
        if (isMemory(report)) {
          // The registration that failed undoes, without a lock, what others are still busy with.
          return devices.some((state, d) => state === 'not found' && isAbout(report, d.data.name));
        }
        const known = ['P1', 'P3', 'P7', 'P8', 'P10', 'P11'].includes(report.property);
        return known && devices.of(report.subject) === 'not found';
      },
    })),
    /** The same of other clients of the instance, and of a release, where nothing else does. */
    rest: perDevice<readonly string[]>((ctx) => ({
      events: ['init-end'],
      initial: [],
      step: (failed, e, d) =>
        e.name === 'init-end' && e.by === 'walk' && isDeferred(ctx, d, e.errno)
          ? including(failed, e.thread)
          : failed,
      explains: (devices, report) =>
        isMemory(report) &&
        devices.some(
          (failed, d) =>
            isRelease(report, failed) ||
            (involves(report, failed) &&
              ctx.clients.some(
                (other) => hasInstanceOf(other, d) && isAbout(report, other.data.name),
              )),
        ),
    })),
  },
};

/** True where one of @failed undoes its registration: it looks at each device, behind it or not. */
function isRelease(report: Explained, failed: readonly string[]): boolean {
  return functionOf(report) === 'remove_iommu_group' && failed.includes(threadOf(report));
}

/** True where the two are behind one instance. */
function hasInstanceOf(one: WatchedDevice, other: WatchedDevice): boolean {
  const mine = instancesOf(one);
  return instancesOf(other).some((name) => mine.includes(name));
}

/** True where an SMMU's driver has deferred the probe of @d. */
function isDeferred({ world }: RuleContext, d: WatchedDevice, errno: number): boolean {
  const mine = world.instances.filter((i) => d.data.iommus.some((use) => use.instance === i.name));
  return errno === EPROBE_DEFER && mine.some((i) => i.driver.startsWith('arm-smmu'));
}
