// SPDX-License-Identifier: GPL-2.0-only
// What a worker thread sends back: a value, or why there is none, with nothing of it lost.
//
// A thrown error that crosses threads keeps its message and no more. So it is sent as data: a
// coded error comes out with its code and its hint, any other with its stack.

import { CodedError, type UserError } from '#base/errors';

/** A value, or an error as data. */
export type Reply<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly coded: UserError }
  | { readonly ok: false; readonly fault: { readonly message: string; readonly stack: string } };

/** @work as the default export of a worker has it: it throws nothing. */
export function replying<T, R>(work: (task: T) => R | Promise<R>): (task: T) => Promise<Reply<R>> {
  return async (task) => {
    try {
      const value = await work(task);
      // What cannot be sent is a fault that says so, and not the end of the thread.
      structuredClone(value);
      return { ok: true, value };
    } catch (error) {
      if (error instanceof CodedError) return { ok: false, coded: error.told };
      const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
      return { ok: false, fault: { message, stack } };
    }
  };
}

/** The value of @reply; throws what the worker threw. */
export function openReply<R>(reply: Reply<R>): R {
  if (reply.ok) return reply.value;
  if ('coded' in reply) throw new CodedError(reply.coded);
  const error = new Error(reply.fault.message);
  error.stack = reply.fault.stack;
  throw error;
}
