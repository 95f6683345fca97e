// SPDX-License-Identifier: GPL-2.0-only
// Imports that do nothing, each with the reason why no rule can see the difference.

import type { Host, Imports } from './types.ts';

const zero = (): number => 0;

/** name -> why it may do nothing. All return 0, which is success for those with a result. */
export const BENIGN: Readonly<Record<string, string>> = {
  __cpuhp_setup_state: 'CPU hotplug callbacks: no CPU ever goes away',
  __mmdrop: 'no user address spaces',
  __put_task_struct: 'tasks live as long as the run',
  acpi_dev_for_each_child: 'objects of the namespace have no children',
  acpi_driver_match_device: 'devices of the namespace have no _HID: names match',
  dev_add_physical_location: 'sysfs has no effect on binding',
  execute_with_initialized_rng: 'pointer hashing for %p: texts are not compared',
  find_io_range_by_fwnode: 'no port I/O in a scene',
  get_random_bytes: 'pointer hashing for %p: zero keeps runs deterministic',
  iommu_put_msi_cookie: 'no MSI cookies: dma-iommu.c is not linked',
  insert_resource: 'scene devices have no resources that collide',
  is_module_address: 'all of it is built in',
  module_add_driver: 'sysfs links of a module',
  module_remove_driver: 'sysfs links of a module',
  kobject_synth_uevent: 'no user space listens',
  kobject_uevent: 'no user space listens',
  add_uevent_var: 'no user space listens',
  logic_pio_trans_hwaddr: 'no port I/O in a scene',
  of_irq_get: 'scene nodes have no interrupts',
  of_irq_parse_imap_parent: 'scene nodes have no interrupts',
  of_irq_parse_one: 'scene nodes have no interrupts',
  of_modalias: 'module autoloading: no user space',
  of_msi_configure: 'scene nodes have no MSI parent',
  parse_option_str: 'driver_async_probe= is set through its variable',
  pci_address_to_pio: 'no port I/O in a scene',
  pci_acs_enabled: 'no function of a scene has ACS',
  pci_assign_irq: 'scene functions have no interrupts',
  pci_bridge_d3_update: 'no power management',
  pci_create_sysfs_dev_files: 'sysfs has no effect on binding',
  pci_devs_are_dma_aliases: 'functions of a scene alias nothing',
  pci_enable_acs: 'no function of a scene has ACS',
  pci_save_state: 'scene functions have no configuration space',
  pcibios_alloc_irq: 'scene functions have no interrupts',
  pcibios_free_irq: 'scene functions have no interrupts',
  pci_request_acs: 'a flag that only PCI enumeration reads',
  release_resource: 'scene devices have no resources',
  request_resource: 'scene devices have no resources',
  string_escape_mem: '%pE is not used by the linked files',
  sysfs_add_link_to_group: 'sysfs has no effect on binding',
  sysfs_create_dir_ns: 'sysfs has no effect on binding',
  sysfs_create_file_ns: 'sysfs has no effect on binding',
  sysfs_create_groups: 'sysfs has no effect on binding',
  sysfs_create_link: 'sysfs has no effect on binding',
  sysfs_create_link_nowarn: 'sysfs has no effect on binding',
  sysfs_delete_link: 'sysfs has no effect on binding',
  sysfs_emit: 'sysfs has no effect on binding',
  sysfs_emit_at: 'sysfs has no effect on binding',
  sysfs_remove_dir: 'sysfs has no effect on binding',
  sysfs_remove_file_ns: 'sysfs has no effect on binding',
  sysfs_remove_groups: 'sysfs has no effect on binding',
  sysfs_remove_link: 'sysfs has no effect on binding',
  sysfs_remove_link_from_group: 'sysfs has no effect on binding',
  time64_to_tm: '%pt is not used by the linked files',
  rw_mb: 'execution is sequentially consistent',
  rw_rmb: 'execution is sequentially consistent',
  rw_wmb: 'execution is sequentially consistent',
  rw_irq_restore: 'no interrupts',
  rw_irq_save: 'no interrupts',
  rw_irq_flags: 'no interrupts',
  rw_cpu: 'one CPU number for all: no per-CPU data matters here',
  rw_cpu_relax: 'no busy waiting in the linked files',
  msleep: 'time does not pass; a sleep is no switch point',
};

/** Small functions with a result, and printing. */
export function miscImports(host: Host): Imports {
  const { mem } = host;
  const print = (fmt: number, va: number): number => {
    if (host.recording) host.dump(host.format(fmt, va).trim());
    return 0;
  };
  const out: Record<string, unknown> = {
    ___ratelimit: () => 1,
    ktime_get: () => 0n,
    dump_stack_lvl: () => undefined,
    _printk: print,
    vprintk_emit: (_f: number, _l: number, _d: number, fmt: number, va: number) => print(fmt, va),
    warn_slowpath_fmt: (file: number, line: number, _taint: number, fmt: number, va: number) => {
      const late = fmt !== 0 && mem.cstr(fmt).includes('late IOMMU probe at driver bind');
      if (late) host.lateWarn();
      else {
        const where = `${mem.cstr(file).replace(/^\.?\/?k\//, '')}:${line}`;
        host.bugOn(`WARNING ${where} ${fmt ? host.format(fmt, va).trim() : ''}`.trim());
      }
      if (host.recording && fmt) host.dump(host.format(fmt, va).trim());
    },
    panic: (fmt: number, va: number) => host.fault('bug', `panic: ${host.format(fmt, va)}`, 0),
    pci_real_dma_dev: (dev: number) => dev,
    siphash_1u32: () => 0n,
    strreplace: (s: number, from: number, to: number) => {
      for (let at = s; mem.u8[at]; at++) if (mem.u8[at] === from) mem.u8[at] = to;
      return s;
    },
    sysfs_streq: (a: number, b: number) => {
      const text = (p: number): string => mem.cstr(p).replace(/\n$/, '');
      return text(a) === text(b) ? 1 : 0;
    },
    __div64_32: (n: number, base: number) => {
      const at = n >> 2;
      const value = (BigInt(mem.u32[at + 1]!) << 32n) | BigInt(mem.u32[at]!);
      const b = BigInt(base >>> 0);
      const q = value / b;
      mem.u32[at] = Number(q & 0xffffffffn);
      mem.u32[at + 1] = Number(q >> 32n);
      return Number(value % b);
    },
    // The low half of a 128-bit product is at the address given first.
    __multi3: (at: number, a0: bigint, a1: bigint, b0: bigint, b1: bigint) => {
      const mask = (1n << 64n) - 1n;
      const a = ((a1 & mask) << 64n) | (a0 & mask);
      const b = ((b1 & mask) << 64n) | (b0 & mask);
      const p = a * b;
      for (let i = 0; i < 4; i++) {
        mem.u32[(at >> 2) + i] = Number((p >> BigInt(32 * i)) & 0xffffffffn);
      }
    },
  };
  for (const name of Object.keys(BENIGN)) out[name] = zero;
  return out as Imports;
}
