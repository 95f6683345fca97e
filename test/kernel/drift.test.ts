// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const model = path.join(root, 'src/kernel');

interface Drift {
  modelled(): { files: string[]; name: string; version: string }[];
  functionText(source: string, name: string): string | null;
  modelText(name: string): string;
  modelHash(name: string): string;
}
const script = path.join(root, 'scripts/drift.mjs');
const { modelled, functionText, modelHash, modelText } = (await import(script)) as Drift;

const C = `
static int foo(struct device *dev);

/* foo() is not this */
static int foo(struct device *dev)
{
	return bar(dev); /* why */
}

struct x *
split(int a,
      int b)
{
	return 0;
}
`;

describe('drift', () => {
  it('finds the body of a function, not its declaration, without comments', () => {
    expect(functionText(C, 'foo')).toBe('staticintfoo(structdevice*dev){returnbar(dev);}');
    expect(functionText(C, 'split')).toBe('split(inta,intb){return0;}');
    expect(functionText(C, 'bar')).toBeNull();
  });

  it('has a hash for every function that is modelled and has a body', () => {
    const record = JSON.parse(readFileSync(path.join(root, 'scripts/drift.json'), 'utf8'));
    const without = modelled().filter(({ name, version }) => !record[`${name} v${version}`]);
    expect([...new Set(without.map((e) => e.name))].sort()).toEqual([
      'dev_assign_dma_iommu',
      'dev_set_can_match',
      'dma_map_page',
      'iommu_get_dma_domain',
    ]);
  });
});

describe('what the model makes of a function', () => {
  interface Recorded {
    readonly sha256: string;
    readonly model?: string;
  }
  const record: Readonly<Record<string, Recorded>> = JSON.parse(
    readFileSync(path.join(root, 'scripts/drift.json'), 'utf8'),
  );

  it('takes in all parts, without comments', () => {
    const text = modelText('iommu_init_device');
    for (const part of ['iommu_init_device(', '__configure(', '__driver(', '__failed(']) {
      expect(text).toContain(`function*iommu_init_device${part.replace('iommu_init_device', '')}`);
    }
    expect(text).not.toContain('WINDOW');
    expect(modelText('of_dma_configure_id')).toContain('of_dma_configure__masks');
    expect(modelText('no_such_function')).toBe('');
  });

  // Who changes a function reads its C again, and then: scripts/drift TREE --reread FUNCTION.
  it('is as it was when its C was read', () => {
    const changed = Object.entries(record).filter(
      ([key, { model: then }]) => modelHash(key.replace(/ v[\d.]+$/, '')) !== then,
    );
    expect(changed.map(([key]) => key)).toEqual([]);
  });
});

describe('the model', () => {
  const sources = readdirSync(model, { recursive: true })
    .map(String)
    .filter((f) => /^(amba|base|cdx|dma|iommu|of|pci)\/.*\.ts$/.test(f));

  it.each(sources)(
    '%s names kernel file and version, and a function for each of its own',
    (file) => {
      const text = readFileSync(path.join(model, file), 'utf8');
      const head = text.split('\n').slice(1, 3).join(' ');
      expect(head).toMatch(/ of v\d+\.\d+\./);
      for (const match of text.matchAll(/(\*\/\n)?export function\* (\w+)/g)) {
        const before = text.slice(0, match.index);
        const comment = before.slice(before.lastIndexOf('/**'));
        expect([match[2], match[1]]).toEqual([match[2], '*/\n']);
        expect([match[2], comment]).toEqual([
          match[2],
          expect.stringMatching(/\w+\(\)[\s\S]*v\d+\.\d+/),
        ]);
      }
    },
  );
});
