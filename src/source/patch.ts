export interface PatchInput { readonly name: string; readonly text: string }
export function applyPatches(_t: string, _a: readonly PatchInput[], _b: readonly PatchInput[]): Map<string, Uint8Array | null> { return new Map(); }
