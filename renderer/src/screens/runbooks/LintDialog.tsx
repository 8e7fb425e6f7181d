import type { LintReport } from '../../../../electron/contract/runbook.ts';
import { counted } from '../../../../electron/contract/wording.ts';
import { Button } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { visible } from '../../visible.ts';

export function LintDialog({ lint, onClose }: { lint: LintReport | null; onClose(): void }) {
  const findings = lint?.files.flatMap((file) => file.findings.map((finding) => ({ ...finding, file: file.path.split('/').at(-1) ?? file.path }))) ?? [];
  const title = lint === null ? 'Linter' : findings.length === 0 ? 'The linter finds nothing' : `${counted(lint.errors, 'error', 'errors')}, ${counted(lint.warnings, 'warning', 'warnings')}`;
  return (
    <DialogBox title={title} wide onClose={onClose} actions={<Button onPress={onClose}>Close</Button>}>
      {lint === null && <p className="t2">Being judged.</p>}
      <ul className="findings">
        {findings.map((finding, index) => (
          <li key={index}>
            <Glyph shape={finding.severity === 'error' ? 'failed' : 'needs'} tone={finding.severity === 'error' ? 'red' : 'amber'} />
            <div><span className="sr">{finding.severity}: </span><b className="med">{visible(finding.message)}</b><div className="t2">{visible(finding.fix)}</div><div className="mono s12 t3">{visible(finding.file)}:{finding.line}:{finding.column} {finding.rule}</div></div>
          </li>
        ))}
      </ul>
    </DialogBox>
  );
}
