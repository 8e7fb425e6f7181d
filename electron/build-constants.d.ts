/** Decided when the shell is built (electron/setup/vite.shell.ts); what they guard is not even present in a bundle where they are false. */
declare const __EXTERNAL_ENGINE__: boolean;
declare const __DEV_SERVER__: boolean;
