/** A small picture of how a figure moved from drill to drill; the table below it has the words. */
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import { layTrend, type TrendPoint } from './trend-layout.ts';

const WIDTH = 360;
const HEIGHT = 72;

export function Trend({ title, points }: { title: string; points: readonly TrendPoint[] }) {
  const layout = layTrend(points, WIDTH, HEIGHT);
  if (layout === null) return null;
  const last = layout.points.at(-1);
  return (
    <figure className="trend">
      <figcaption className="s12"><span className="t2">{title}</span>{last !== undefined && <span className={last.over ? 'tx c-red' : 't1'}>last {spokenDuration(last.value)}</span>}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
        {layout.target !== null && <line className="trend-target" x1={0} x2={WIDTH} y1={layout.target} y2={layout.target} />}
        <polyline className="trend-line" points={layout.points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')} />
        {layout.points.map(({ x, y, over, at }) => over
          ? <path key={`${at} ${x}`} className="trend-over" d={`M${(x - 5).toFixed(1)} ${(y - 5).toFixed(1)}l10 10m0-10l-10 10`} />
          : <circle key={`${at} ${x}`} className="trend-met" cx={x} cy={y} r={3.5} />)}
      </svg>
      {layout.target !== null && <span className="trend-key s12 t3">dashed: target</span>}
    </figure>
  );
}
