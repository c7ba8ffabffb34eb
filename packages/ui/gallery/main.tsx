import '../src/tokens.css';
import { type ReactElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Stack, ToastRegion, UiProvider } from '../src/index.ts';
import { Actions } from './Actions.tsx';
import { Boards } from './Boards.tsx';
import { Charts } from './Charts.tsx';
import { Fields } from './Fields.tsx';
import styles from './gallery.module.css';
import { Messages } from './Messages.tsx';
import { Overlays } from './Overlays.tsx';
import { Parts } from './Parts.tsx';
import { Tables } from './Tables.tsx';

/** Each component in its states. `#fields` shows one part alone. */
const parts: Record<string, () => ReactElement> = {
  actions: Actions,
  fields: Fields,
  messages: Messages,
  parts: Parts,
  tables: Tables,
  charts: Charts,
  board: Boards,
  overlays: Overlays,
};

function Gallery(): ReactElement {
  const wanted = location.hash.slice(1);
  const shown = Object.entries(parts).filter(([name]) => wanted === '' || name === wanted);
  return (
    <UiProvider locale="en-GB">
      <main className={styles.page}>
        <h1>Gallery</h1>
        <Stack gap={6}>
          {shown.map(([name, Part]) => (
            <section key={name} aria-labelledby={name}>
              <h2 id={name} className={styles.title}>
                {name}
              </h2>
              <Part />
            </section>
          ))}
        </Stack>
      </main>
      <ToastRegion label="What has happened" closeLabel="Close" />
    </UiProvider>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Gallery />
  </StrictMode>,
);
