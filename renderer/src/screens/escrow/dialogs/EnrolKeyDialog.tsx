/** A key comes into escrow from what its custodians hold already: only public commitments stay here. */
import { useRef, useState } from 'react';
import { KeyId, type EscrowKeyView, type EscrowView } from '../../../../../electron/contract/escrow-register.ts';
import { KeyFormat, ShareScheme, type EscrowFormat } from '../../../../../electron/contract/escrow.ts';
import { counted } from '../../../../../electron/contract/wording.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { CheckField, PassphraseField, SelectField, TextField, takeText } from '../../../components/Fields.tsx';
import { useAction, useEngine } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import { readShareFile } from '../ceremony/read-file.ts';
import { FORMAT_WORD, isWholeKey, WANTS_PASSPHRASE } from '../escrow-words.ts';
import { ByField } from './RegisterDialogs.tsx';

export type EnrolAs = 'new' | 'rotate' | 'reshare';

interface Form { key: string; title: string; purpose: string; scheme: EscrowFormat; threshold: string; total: string; witnesses: string; generated: boolean; diffusion: boolean; by: string }

const isShares = (scheme: EscrowFormat): boolean => !isWholeKey(scheme);
const SCHEMES: readonly EscrowFormat[] = [...ShareScheme.options, ...KeyFormat.options.filter((format) => format !== 'kms-wrapped')];
const whole = (text: string): number => (/^\d{1,3}$/u.test(text.trim()) ? Number(text) : 0);

function missingOf(form: Form, files: readonly File[]): string | undefined {
  const id = KeyId.safeParse(form.key);
  if (form.key === '') return 'The id of the key is missing.';
  if (!id.success) return id.error.issues[0]?.message;
  if (files.length === 0) return isShares(form.scheme) ? 'Choose the files of the shares.' : 'Choose the file of the key.';
  if (!isShares(form.scheme)) return files.length > 1 ? 'A whole key is one file.' : form.by.trim() === '' ? 'Say who says so.' : undefined;
  const [threshold, total] = [whole(form.threshold), whole(form.total)];
  if (threshold < 1) return 'Say how many shares make the key.';
  if (total < threshold) return 'There are more shares needed than there are.';
  if (files.length < threshold) return `${threshold} shares are needed to fix the commitment of the key; ${files.length} chosen.`;
  return form.by.trim() === '' ? 'Say who says so.' : undefined;
}

const TITLE: Readonly<Record<EnrolAs, string>> = { new: 'Enrol a key', rotate: 'Enrol the key that took its place', reshare: 'Enrol the new shares of the same key' };

export function EnrolKeyDialog({ of, as, onDone, onClose }: { of: EscrowKeyView | null; as: EnrolAs; onDone(view: EscrowView, key: string): void; onClose(): void }) {
  const { client } = useEngine();
  const before = of?.versions.find(({ state }) => state === 'current');
  const [form, setForm] = useState<Form>({
    key: of?.key ?? '', title: of?.title ?? '', purpose: before?.purpose ?? '', scheme: before === undefined || before.scheme === 'kms-wrapped' ? 'vault' : before.scheme,
    threshold: String(before?.threshold ?? 3), total: String(before?.total ?? 5), witnesses: String(of?.witnesses ?? 1), generated: true, diffusion: true, by: '',
  });
  const [files, setFiles] = useState<File[]>([]);
  const picker = useRef<HTMLInputElement>(null);
  const passphrase = useRef<HTMLInputElement>(null);
  const put = (change: Partial<Form>): void => { setForm((old) => ({ ...old, ...change })); };
  const shares = isShares(form.scheme);
  const enrol = useAction(async () => {
    const given: { label: string; bytes: Uint8Array<ArrayBuffer> }[] = [];
    const secret = new TextEncoder().encode(takeText(passphrase));
    try {
      for (const file of files) given.push({ label: file.name.slice(0, 200), bytes: await readShareFile(file, form.scheme) });
      const view = await client.call('escrow.enroll', {
        key: form.key, scheme: form.scheme, threshold: shares ? whole(form.threshold) : 1, total: shares ? whole(form.total) : 1, shares: given, as, by: form.by.trim(),
        ...(form.title.trim() === '' ? {} : { title: form.title.trim() }), ...(form.purpose.trim() === '' ? {} : { purpose: form.purpose.trim() }),
        witnesses: whole(form.witnesses), generated: form.generated, ...(form.scheme === 'ssss' && !form.diffusion ? { no_diffusion: true } : {}), ...(secret.length === 0 ? {} : { passphrase: secret }),
      });
      onDone(view, form.key);
      onClose();
    } finally {
      secret.fill(0);
      for (const { bytes } of given) bytes.fill(0);
    }
  });
  return (
    <DialogBox wide title={TITLE[as]} error={enrol.error} onClose={onClose} escape="enrol nothing" actions={<Primary id={`enrol key ${as}`} label={enrol.busy ? 'Fixing the commitments' : files.length > 1 ? `Enrol ${counted(files.length, 'share', 'shares')}` : 'Enrol it'} missing={missingOf(form, files)} busy={enrol.busy} onPress={() => { void enrol.run(); }} />}>
      <div className="stack loose">
        <p className="t2">{shares ? 'Shares are read once, compared with each other, and overwritten.' : 'The key is read once, in a process of its own, and overwritten.'} What stays is public: commitments that tell later whether a share or the key is the same.</p>
        <div className="two-fields">
          <TextField label="Id of the key, as runbooks name it" mono value={form.key} onChange={(key) => { if (of === null) put({ key: key.trim() }); }} autoFocus={of === null} placeholder="ampora-master" />
          <TextField label="What people call it" value={form.title} onChange={(title) => { put({ title }); }} placeholder="Ampora master key" />
          <TextField label="What it is for" value={form.purpose} onChange={(purpose) => { put({ purpose }); }} placeholder="seals the fields of the tenants" />
          <SelectField label="What the custodians hold" value={form.scheme} onChange={(value) => { const read = SCHEMES.find((scheme) => scheme === value); if (read !== undefined) put({ scheme: read }); }} options={SCHEMES.map((value) => ({ value, label: FORMAT_WORD[value] }))} />
          {shares && <TextField label="So many shares make the key" value={form.threshold} onChange={(threshold) => { put({ threshold }); }} />}
          {shares && <TextField label="So many there are" value={form.total} onChange={(total) => { put({ total }); }} />}
          <TextField label="Witnesses a ceremony needs" value={form.witnesses} onChange={(witnesses) => { put({ witnesses }); }} hint="1 is dual control: nobody is alone with a share." />
          <ByField by={form.by} onChange={(by) => { put({ by }); }} autoFocus={of !== null} />
        </div>
        {WANTS_PASSPHRASE.has(form.scheme) && <PassphraseField label="Passphrase over it, if there is one" source={passphrase} onPresence={() => undefined} />}
        {shares && <CheckField label="The key was generated, with 128 bits of chance or more" checked={form.generated} onChange={(generated) => { put({ generated }); }} />}
        {form.scheme === 'ssss' && <CheckField label="Made with the diffusion layer (ssss-split without -D)" checked={form.diffusion} onChange={(diffusion) => { put({ diffusion }); }} />}
        <div className="row wrap">
          <input ref={picker} type="file" multiple={shares} hidden data-picker="shares" onChange={(event) => { setFiles([...(event.target.files ?? [])]); event.target.value = ''; }} />
          <Button onPress={() => { picker.current?.click(); }}>{shares ? 'Choose the files of the shares…' : 'Choose the file of the key…'}</Button>
          <span className="s13 t2">{files.length === 0 ? (shares ? 'One share a file, as text or as a picture of its QR code.' : 'As it is; nothing of it is shown.') : `${counted(files.length, 'file', 'files')}: ${files.map(({ name }) => visible(name)).join(', ')}`}</span>
        </div>
      </div>
    </DialogBox>
  );
}
