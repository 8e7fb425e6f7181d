import { ChevronDown, ChevronUp } from 'lucide-react';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';

export interface MoreItem {
  id: string;
  label: string;
  /** The key that does the same. */
  letter?: string;
  danger?: boolean;
  run(): void;
}

const CHEVRON = { size: 14, strokeWidth: 1.75, 'aria-hidden': true } as const;

/** What is seldom needed, one press away, so that the bar keeps to one line. */
export function MoreMenu({ items, label = 'More', below = false }: { items: readonly MoreItem[]; label?: string; below?: boolean }) {
  if (items.length === 0) return null;
  return (
    <MenuTrigger>
      <Button className={below ? 'btn btn-tall' : 'btn btn-quiet'}>{label}{below ? <ChevronDown {...CHEVRON} /> : <ChevronUp {...CHEVRON} />}</Button>
      <Popover className="more" placement={below ? 'bottom end' : 'top end'}>
        <Menu aria-label={label} className="places" onAction={(key) => { items.find((item) => item.id === key)?.run(); }}>
          {items.map((item) => <MenuItem key={item.id} id={item.id} textValue={item.label} className={`place${item.danger === true ? ' danger' : ''}`}>{item.label}{item.letter !== undefined && <kbd className="end">{item.letter}</kbd>}</MenuItem>)}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
