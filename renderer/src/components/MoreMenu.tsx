import { ChevronUp } from 'lucide-react';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';

export interface MoreItem {
  id: string;
  label: string;
  /** The key that does the same. */
  letter?: string;
  danger?: boolean;
  run(): void;
}

/** What is seldom needed, one press away, so that the bar keeps to one line. */
export function MoreMenu({ items }: { items: readonly MoreItem[] }) {
  if (items.length === 0) return null;
  return (
    <MenuTrigger>
      <Button className="btn btn-quiet">More<ChevronUp size={14} strokeWidth={1.75} aria-hidden="true" /></Button>
      <Popover className="more" placement="top end">
        <Menu aria-label="More" className="places" onAction={(key) => { items.find((item) => item.id === key)?.run(); }}>
          {items.map((item) => <MenuItem key={item.id} id={item.id} textValue={item.label} className={`place${item.danger === true ? ' danger' : ''}`}>{item.label}{item.letter !== undefined && <kbd className="end">{item.letter}</kbd>}</MenuItem>)}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
