// SPDX-License-Identifier: GPL-2.0-only
// A client defers while its group has no default domain: the backport to 6.6.y.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'b46064a18810',
  variant: '6.6.y',
  subject: 'iommu: Handle race with default domain setup',
  landed: 'v6.6.89',
  fixes: ['98ac73f99bc4'],
  link: 'https://lore.kernel.org/r/cover.1739486121.git.robin.murphy@arm.com',
  requires: ['f188056352bc'],
  conflicts: ['b67483b3c44e'],
  apply(draft) {
    draft.sw.use_default_domain_defers = true;
    draft.sw.replay_defers = true;
  },
});
