// SPDX-License-Identifier: GPL-2.0-only
// What the hooks of scene/hooks.c and the wrappers of followed functions call.

import type { Frame, HookHost, Imports } from './types.ts';
import { KIND } from './words.ts';

/** The imports of the hooks. */
export function hookImports(m: HookHost): Imports {
  const hooks: Record<string, unknown> = {
    rw_current: () => m.current?.task ?? m.tasks[0],
    rw_switch: (addr: number, kind: number, site: number) => {
      if (m.state() === 2) {
        m.stopRewind();
        return;
      }
      const stack = m.recording ? m.stack() : [];
      m.current!.pending = { addr, kind, site, op: '', stack };
      m.unwind();
    },
    rw_trace: (addr: number, kind: number, site: number) => m.listener?.access(addr, kind, site),
    rw_fault: (addr: number, kind: number, site: number) => badAccess(m, addr, kind, site),
    rw_watched: (addr: number) => m.listener?.watched(m.current!, addr),
    rw_event: (kind: number, a: number, b: number) => {
      m.flushWatch();
      m.listener?.scene(kind, a, b);
    },
    rw_yield: (obj: number) => {
      if (!m.current) return;
      if (m.state() === 2) m.stopRewind();
      else {
        m.mem.map[obj >> 2]! |= 1;
        if (m.point(obj, 'yield')) return;
      }
      // It touches nothing, but a step begins here.
      if (m.stepping) m.mem.note(m.current.pointNumber, obj, 0);
      m.current.pointNumber = 0;
    },
    rw_enter: (id: number, a: number, b: number, c: number) => {
      m.flushWatch();
      const frame: Frame = { fn: m.image.followed[id]!, a, b, c, notes: {} };
      (m.current?.frames ?? m.bootFrames).push(frame);
      m.listener?.enter(m.current, frame);
    },
    rw_leave: (_id: number, result: number) => {
      m.flushWatch();
      const frame = (m.current?.frames ?? m.bootFrames).pop()!;
      m.listener?.leave(m.current, frame, result | 0);
    },
  };
  return hooks as Imports;
}

/** An access that the hooks found wrong: what is wrong with it. */
function badAccess(m: HookHost, addr: number, kind: number, site: number): never {
  const verb = kind & KIND.write ? 'write to' : 'read of';
  if (addr >>> 0 < 4096 || addr >>> 0 >= m.mem.layout.limit) m.listener?.astray(addr >>> 0, site);
  if (addr >>> 0 < 4096) {
    m.fault('null-dereference', `${verb} address ${addr >>> 0} near NULL`, addr, site);
  }
  if (addr >>> 0 >= m.mem.layout.limit) {
    m.fault('wild-pointer', `${verb} a wild pointer 0x${(addr >>> 0).toString(16)}`, addr, site);
  }
  const a = m.heap.find(addr);
  const inside = a !== null && addr < a.addr + a.size;
  if (inside && a.freed) m.fault('use-after-free', `${verb} freed memory`, addr, site);
  m.fault('use-after-free', `${verb} memory that is not allocated`, addr, site);
}
