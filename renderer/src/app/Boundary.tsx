/** Where drawing breaks off: the rest of the window stays, and the person is told that nothing else has stopped. */
import { Component, type ReactNode } from 'react';
import { Primary } from '../components/Buttons.tsx';
import { Notice } from '../components/States.tsx';
import { visible } from '../visible.ts';
import { Page, PageHead } from './Page.tsx';

interface Broken { why: string | null }

/** React tells a class alone that drawing its children failed. Give it a `key` by what it shows: elsewhere begins anew. */
export class Boundary extends Component<{ children: ReactNode }, Broken> {
  override state: Broken = { why: null };

  static getDerivedStateFromError(thrown: unknown): Broken {
    return { why: thrown instanceof Error ? thrown.message : String(thrown) };
  }

  override render(): ReactNode {
    return this.state.why === null ? this.props.children : <NotDrawn why={this.state.why} onAgain={() => { this.setState({ why: null }); }} />;
  }
}

function NotDrawn({ why, onAgain }: { why: string; onAgain(): void }) {
  return (
    <Page head={<PageHead title="This screen could not be drawn" detail="Only the picture failed. Runs go on, the record is kept, and nothing that you did is lost."><Primary id="draw-again" label="Draw it again" onPress={onAgain} /></PageHead>}>
      <Notice tone="red" shape="failed"><b className="med">{visible(why)}</b> If it happens again, close the window and open it; the command line shows the same: blackstart status last.</Notice>
    </Page>
  );
}
