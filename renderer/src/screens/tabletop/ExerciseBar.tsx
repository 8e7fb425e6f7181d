import { House, Monitor, Presentation } from 'lucide-react';
import { Bar } from '../../app/Bar.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { visible } from '../../visible.ts';
import { newestInject, type Exercise } from './use-exercise.ts';

const ICON = { size: 14, strokeWidth: 2, 'aria-hidden': true } as const;

export function ExerciseBar({ table, wall }: { table: Exercise; wall: string | null }) {
  const { go } = useNavigation();
  const { view, exercise } = table;
  const newest = newestInject(exercise);
  const shown = newest?.fired == null ? 'the situation' : `inject ${newest.fired.order}`;
  return (
    <Bar
      lead={<><span className="mode"><Presentation {...ICON} />{exercise.ended?.why === 'real-emergency' ? 'Exercise stopped' : 'Exercise, nothing runs'}</span><b className="semi cut title">{visible(view.title)}</b><span className="t3 cut">{visible(exercise.plan.title)}</span></>}
      middle={
        <>
          <span className="t2 row nw"><Monitor {...ICON} />{wall === view.id ? `Participants see ${shown}` : 'Participants see nothing yet'}</span>
          <button type="button" className="iconbtn wide" onClick={() => { go({ screen: 'home' }); }}><House size={16} strokeWidth={1.75} aria-hidden="true" />Home</button><span className="sep" />
        </>
      }
    />
  );
}
