// SPDX-License-Identifier: GPL-2.0-only
// What kernel code stands on: everything that a fix of one's own may need.
export * from './errno.ts';
export { type By, EVENTS, type EventName, type Events } from './events.ts';
export { Ida, ida_alloc, ida_free } from './ida.ts';
export { Klist, klist_add_tail, klist_del, klist_next } from './klist.ts';
export { list_add_tail, list_del } from './list.ts';
export { mutex_lock, mutex_unlock, spin_lock, spin_unlock } from './mutex.ts';
export { blocking_notifier_call_chain, NotifierHead } from './notifier.ts';
export * from './op.ts';
export { oops, WARN_ON } from './printk.ts';
export { down_read, down_write, up_read, up_write } from './rwsem.ts';
export { flush_work, queue_work, Work, worker } from './workqueue.ts';
