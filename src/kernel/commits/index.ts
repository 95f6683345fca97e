// SPDX-License-Identifier: GPL-2.0-only
// All commits of the history that the model knows, oldest first.

import type { Commit } from '../commit.ts';
import c0c8e9c148e29 from './0c8e9c148e29.ts';
import c2a918911ed3d from './2a918911ed3d.ts';
import c3f7c32091628 from './3f7c32091628.ts';
import c6eb4da8cf545 from './6eb4da8cf545.ts';
import c7d835134d4e1 from './7d835134d4e1.ts';
import c04d3e5461c1f from './04d3e5461c1f.ts';
import c17de3f5fdd35 from './17de3f5fdd35.ts';
import c38e8844005e6 from './38e8844005e6.ts';
import c72b6f7cd89ce from './72b6f7cd89ce.ts';
import c73d2f10957f5 from './73d2f10957f5.ts';
import c93ae6e68b6d6 from './93ae6e68b6d6.ts';
import c95deee37a123 from './95deee37a123.ts';
import c229e6ee43d2a from './229e6ee43d2a.ts';
import c280e5a301005 from './280e5a301005.ts';
import c01657bc14a39 from './01657bc14a39.ts';
import c57365a04c921 from './57365a04c921.ts';
import c78447d4545b2 from './78447d4545b2.ts';
import c3832862eb9c4 from './3832862eb9c4.ts';
import ca2e7e59a9426 from './a2e7e59a9426.ts';
import ca2225b6e834a from './a2225b6e834a.ts';
import cb5c58b2fdc42 from './b5c58b2fdc42.ts';
import cb7b0b3851474 from './b7b0b3851474.ts';
import cb46064a18810 from './b46064a18810.ts';
import b46064a18810_6_6_y from './b46064a18810-6.6.y.ts';
import cb67483b3c44e from './b67483b3c44e.ts';
import cb150654f74bf from './b150654f74bf.ts';
import cbcb81ac6ae3c from './bcb81ac6ae3c.ts';
import cc13dbc1e2485 from './c13dbc1e2485.ts';
import cc41e2fb67e26 from './c41e2fb67e26.ts';
import cd99be00f42ea from './d99be00f42ea.ts';
import cda33e87bd2bf from './da33e87bd2bf.ts';
import cf8670e8e43b8 from './f8670e8e43b8.ts';
import cf188056352bc from './f188056352bc.ts';
import cfd598f71b669 from './fd598f71b669.ts';

export const commits: readonly Commit[] = [
  cc13dbc1e2485,
  c57365a04c921,
  c01657bc14a39,
  cd99be00f42ea,
  c6eb4da8cf545,
  cf188056352bc,
  ca2e7e59a9426,
  c17de3f5fdd35,
  cb67483b3c44e,
  c3f7c32091628,
  cb5c58b2fdc42,
  c229e6ee43d2a,
  cb150654f74bf,
  c93ae6e68b6d6,
  c3832862eb9c4,
  cfd598f71b669,
  cb46064a18810,
  cbcb81ac6ae3c,
  c73d2f10957f5,
  c04d3e5461c1f,
  c7d835134d4e1,
  c280e5a301005,
  c38e8844005e6,
  c95deee37a123,
  c0c8e9c148e29,
  cda33e87bd2bf,
  c78447d4545b2,
  c72b6f7cd89ce,
  c2a918911ed3d,
  cc41e2fb67e26,
  ca2225b6e834a,
  cf8670e8e43b8,
  cb7b0b3851474,
];

/** Backports that differ from the commit of the same id. */
export const variants: readonly Commit[] = [b46064a18810_6_6_y];
