// SPDX-License-Identifier: GPL-2.0-only
// Stands in for apt-get, apt-cache, dpkg and dpkg-deb: archives are what FAKE_ARCHIVES says.
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

// FAKE_ARCHIVES: JSON, "URI SUITE" -> names of packages. Each call is noted in FAKE_LOG.
const archives = JSON.parse(process.env.FAKE_ARCHIVES);
const [tool, ...args] = process.argv.slice(2);
appendFileSync(process.env.FAKE_LOG, `${tool} ${args.join(' ')}\n`);

const option = (name) => args.find((a) => a.startsWith(`${name}=`))?.slice(name.length + 1);

/** The packages of the archive that sources.list names; undefined if there is no such archive. */
function packages() {
  const line = readFileSync(option('Dir::Etc::sourcelist'), 'utf8').trim().split(' ');
  const [uri, suite] = line.slice(-3);
  return archives[`${uri} ${suite}`];
}

function end(code, text = '') {
  process.stdout.write(text);
  process.exit(code);
}

if (args.includes('indextargets')) {
  const uris = [...new Set(Object.keys(archives).map((key) => key.split(' ')[0]))];
  end(0, `${uris.join('\n')}\n`);
}
if (args.includes('update')) end(packages() ? 0 : 100);
if (args.includes('pkgnames')) {
  end(0, packages().filter((name) => name.startsWith(args.at(-1))).join('\n'));
}
if (args.includes('download')) {
  if (process.env.FAKE_DOWNLOAD === 'fails') end(100);
  writeFileSync(`${args.at(-1)}_1_all.deb`, args.at(-1));
  end(0);
}
if (tool === 'dpkg') {
  const [a, , b] = args.slice(1);
  end(a.localeCompare(b, 'en', { numeric: true }) > 0 ? 0 : 1);
}
if (tool === 'dpkg-deb' && args[0] === '-x') {
  const dtb = path.join(args[2], 'usr/lib/modules/1-arm64/dtb/vendor');
  mkdirSync(dtb, { recursive: true });
  for (const name of ['a.dtb', 'b.dtb', 'readme']) writeFileSync(path.join(dtb, name), name);
  const bin = path.join(args[2], 'usr/bin');
  mkdirSync(bin, { recursive: true });
  for (const name of (process.env.FAKE_TOOLS ?? 'iasl dtc fdtoverlay').split(' ')) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\nexit ${process.env.FAKE_EXIT ?? 0}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }
  end(0);
}
end(99, `the fake has no ${tool} ${args.join(' ')}\n`);
