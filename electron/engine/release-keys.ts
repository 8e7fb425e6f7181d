/** Public keys whose holders sign the runbooks that ship. A build adds its own with BLACKSTART_RELEASE_VKEY; none is in git. */
declare const __RELEASE_KEYS__: readonly string[] | undefined;

export const RELEASE_KEYS: readonly string[] = typeof __RELEASE_KEYS__ === 'undefined' ? [] : __RELEASE_KEYS__;
