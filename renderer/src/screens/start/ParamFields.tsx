import { useState } from 'react';
import type { ParamQuestion } from '../../../../electron/contract/methods.ts';
import { Button } from '../../components/Buttons.tsx';
import { SelectField, TextField } from '../../components/Fields.tsx';
import { useEngine } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import type { Values } from './typed-values.ts';

interface ParamFieldsProps {
  questions: readonly ParamQuestion[];
  /** What the person has set; the engine's own values stand until then. */
  values: Values;
  onChange(values: Values): void;
}

function fieldLabel(question: ParamQuestion): string {
  return `${visible(question.prompt)}${question.required || (question.value ?? '') !== '' ? '' : ' (optional)'}`;
}

function Question({ question, set, onSet }: { question: ParamQuestion; set: string | undefined; onSet(value: string): void }) {
  const { dialogs } = useEngine();
  const [text, setText] = useState(set ?? question.value ?? '');
  // The engine judges a value when the field is left, not at every letter.
  const leave = (): void => { if (text !== (set ?? question.value ?? '')) onSet(text); };
  const values = question.type === 'bool' ? ['true', 'false'] : question.values;
  if (values !== null) {
    const now = set ?? question.value ?? '';
    const none = values.includes(now) ? [] : [{ value: '', label: 'Choose' }];
    return <SelectField label={fieldLabel(question)} value={now} problem={question.problem} onChange={onSet} options={[...none, ...values.map((value) => ({ value, label: visible(value) }))]} />;
  }
  const picks = question.type === 'file' || question.type === 'directory';
  const choose = async (): Promise<void> => {
    const path = await dialogs.chooseOpen({ title: question.prompt.slice(0, 200), kinds: [], folder: question.type === 'directory' });
    if (path === null) return;
    setText(path);
    onSet(path);
  };
  return (
    <div className="pick">
      <TextField label={fieldLabel(question)} mono={picks} value={text} problem={question.problem} suggestions={question.candidates} hint={hintOf(question)} onChange={setText} onBlur={leave} />
      {picks && <Button tall onPress={() => { void choose(); }} label={`Choose ${question.prompt}`}>Choose…</Button>}
    </div>
  );
}

function hintOf(question: ParamQuestion): string {
  const kinds: Readonly<Record<string, string>> = { datetime: 'a time, UTC', duration: 'for example 1h30m', int: 'a whole number', host: 'a host name or address', url: 'an address', file: 'a file', directory: 'a folder' };
  const later = (question.value ?? '').includes('{{') ? 'filled in when the run starts' : '';
  return [question.name, kinds[question.type], later].filter(Boolean).join(', ');
}

/** What needs an answer comes first; the order stays while it is being answered. */
function useAnswerOrder(questions: readonly ParamQuestion[]): ParamQuestion[] {
  const [open] = useState(() => new Set(questions.filter((question) => question.problem !== null).map((question) => question.name)));
  return [...questions].sort((a, b) => Number(open.has(b.name)) - Number(open.has(a.name)));
}

/** To be keyed by runbook and mode: another question list is another form. */
export function ParamFields({ questions, values, onChange }: ParamFieldsProps) {
  const ordered = useAnswerOrder(questions);
  if (questions.length === 0) return null;
  return (
    <fieldset className="params">
      <legend className="label">Values</legend>
      {ordered.map((question) => <Question key={question.name} question={question} set={values[question.name]} onSet={(value) => { onChange({ ...values, [question.name]: value }); }} />)}
    </fieldset>
  );
}
