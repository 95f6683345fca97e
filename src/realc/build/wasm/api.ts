// SPDX-License-Identifier: GPL-2.0-only
// Types of the engine's WebAssembly interface: those of Node leave it out, and only DOM has them.

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
export interface WasmGlobal {
  value: number;
}
export interface WasmTable {
  get(index: number): unknown;
}
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}
interface WasmInstance {
  readonly exports: Record<string, unknown>;
}

/** The part of the interface that is used. */
interface Wasm {
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    imports(module: WasmModule): readonly { readonly name: string; readonly kind: string }[];
  };
  readonly Instance: new (
    module: WasmModule,
    imports: { env: Record<string, unknown> },
  ) => WasmInstance;
  readonly RuntimeError: new (message?: string) => Error;
}

/** The engine's own. */
export const wasm: Wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
