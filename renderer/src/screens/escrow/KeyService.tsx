/** A key that a key service wrapped: what is known of it, and that nothing of it can be proven here. */
import type { KeyVersionView } from '../../../../electron/contract/escrow-register.ts';
import { spokenBytes } from '../../../../electron/contract/wording.ts';
import { Notice } from '../../components/States.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { shortDay } from '../../wording.ts';

export function KeyService({ version }: { version: KeyVersionView }) {
  const now = useNow();
  const { kms } = version;
  if (kms === null) return null;
  return (
    <section className="card" aria-label={`Version ${version.version}, kept by a key service`}>
      <header><h2>v{version.version} is kept by a key service</h2></header>
      <div className="body stack">
        <Notice tone="amber" shape="unknown"><b className="med">There is nothing to enter here.</b> {visible(kms.detail.slice(0, 1).toUpperCase() + kms.detail.slice(1))}. Neither a share, nor the key, nor a backup can be compared with it on this laptop.</Notice>
        <dl className="kv">
          <dt>Wrapping key</dt><dd className="mono s12">{visible(kms.arn)}</dd>
          <dt>Its version</dt><dd>{visible(kms.key_version)}</dd>
          <dt>Wrapped blob</dt><dd><span className="mono s12">{kms.blob_sha256}</span>, {spokenBytes(kms.blob_bytes)}</dd>
          <dt>Unwrapped</dt><dd>{kms.last_unwrapped_at === null ? 'never, as far as is recorded' : `${shortDay(kms.last_unwrapped_at, now)}, online`}</dd>
        </dl>
      </div>
    </section>
  );
}
