// SPDX-License-Identifier: GPL-2.0-only
// All commits of the history that the model knows, oldest first.

import type { Commit } from '../commit.ts';
import c0c8e9c148e29 from './0c8e9c148e29.ts';
import c04d3e5461c1f from './04d3e5461c1f.ts';
import c73d2f10957f5 from './73d2f10957f5.ts';
import c95deee37a123 from './95deee37a123.ts';
import c280e5a301005 from './280e5a301005.ts';
import c78447d4545b2 from './78447d4545b2.ts';
import c3832862eb9c4 from './3832862eb9c4.ts';
import ca2225b6e834a from './a2225b6e834a.ts';
import cb46064a18810 from './b46064a18810.ts';
import cbcb81ac6ae3c from './bcb81ac6ae3c.ts';
import cda33e87bd2bf from './da33e87bd2bf.ts';
import cf8670e8e43b8 from './f8670e8e43b8.ts';
import cfd598f71b669 from './fd598f71b669.ts';

export const commits: readonly Commit[] = [
  c3832862eb9c4,
  cfd598f71b669,
  cb46064a18810,
  cbcb81ac6ae3c,
  c73d2f10957f5,
  c280e5a301005,
  c04d3e5461c1f,
  c95deee37a123,
  c0c8e9c148e29,
  cda33e87bd2bf,
  c78447d4545b2,
  ca2225b6e834a,
  cf8670e8e43b8,
];
