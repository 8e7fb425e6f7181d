/** A secret in a database that only one key opens, for proofs of backups. */

export const KEY = 'correct horse battery staple';
/** "canary: the lantern burns", sealed by python-cryptography with the key above. */
export const SEALED = 'enc:v1:AAECAwQFBgcICQoLdKyyMh7U2Mq__N34Kcv6yQMAjpKTNGUUy71d3LQcDSrRscEK2Z5z-Eo';
/** How a check opens it. */
export const ANSWER = { kind: 'aead', alg: 'aes-256-gcm', prefix: 'enc:v1:', encoding: 'base64url', key: { encoding: 'utf8', kdf: 'sha256' }, layout: 'nonce:12,ct,tag:16' } as const;
