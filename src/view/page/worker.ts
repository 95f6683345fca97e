// SPDX-License-Identifier: GPL-2.0-only
// The worker of a page: the checker and the model, asked by messages.

import { Answerer, type PageAsks } from '#view/engine/protocol';

const answerer = new Answerer();

self.addEventListener('message', ({ data }: MessageEvent<PageAsks>) => {
  self.postMessage(answerer.answer(data));
});
