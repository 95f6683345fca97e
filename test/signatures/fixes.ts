// SPDX-License-Identifier: GPL-2.0-only
// What would close windows that nothing in the history closes, and what would open one: for tests.
import { EPROBE_DEFER } from '#env/errno';
import { type Commit, type Draft, defineCommit } from '#kernel/index';

function fix(sha: string, subject: string, apply: (draft: Draft) => void): Commit {
  const rest = { landed: 'test', fixes: [], link: null, requires: [], conflicts: [] };
  return defineCommit({ sha, subject, ...rest, apply });
}

/** C17: hand the error on. */
export const cdxReturns = fix('cdx-returns', 'cdx: Return the error', (draft) => {
  draft.fns.cdx_dma_configure = function* (k, dev) {
    return yield* k.dma_configure_as(k.sw.cdx_driver_read, dev);
  };
});

/** C23: what deferred_trigger_count makes up for. */
export const noTriggerCount = fix('no-count', 'driver core: No trigger count', (draft) => {
  draft.fns.driver_probe_device = function* (k, drv, dev) {
    const ret = yield* k.__driver_probe_device(drv, dev);
    if (ret === -EPROBE_DEFER || ret === EPROBE_DEFER) yield* k.driver_deferred_probe_add(dev);
    return ret;
  };
});
