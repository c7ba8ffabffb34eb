import { type ReactElement, useState } from 'react';
import { Button, Checkbox, ConfirmDialog, Dialog, Drawer, Stack, TextField } from '../src/index.ts';

export function Overlays(): ReactElement {
  const [open, setOpen] = useState<'dialog' | 'confirm' | 'drawer'>();
  const close = (): void => setOpen(undefined);
  return (
    <Stack direction="row" gap={2}>
      <Button onPress={() => setOpen('dialog')}>Edit the contact</Button>
      <Button onPress={() => setOpen('confirm')}>Delete the account</Button>
      <Button onPress={() => setOpen('drawer')}>Show filters</Button>
      <Dialog
        title="Contact"
        closeLabel="Close"
        isOpen={open === 'dialog'}
        onOpenChange={close}
        actions={
          <>
            <Button onPress={close}>Cancel</Button>
            <Button variant="primary" onPress={close}>
              Save
            </Button>
          </>
        }
      >
        <Stack>
          <TextField label="Name" autoFocus />
          <TextField label="E-mail" type="email" description="Used for nothing but this application" />
        </Stack>
      </Dialog>
      <ConfirmDialog
        title="Delete your account?"
        confirmLabel="Delete"
        cancelLabel="Keep it"
        isDangerous
        isOpen={open === 'confirm'}
        onOpenChange={close}
        onConfirm={close}
      >
        All applications, notes and documents go with it. This cannot be undone.
      </ConfirmDialog>
      <Drawer
        title="Filters"
        closeLabel="Close"
        isOpen={open === 'drawer'}
        onOpenChange={close}
        actions={
          <Button variant="primary" onPress={close}>
            Show 312 jobs
          </Button>
        }
      >
        <Stack gap={2}>
          <Checkbox>Remote</Checkbox>
          <Checkbox>Hybrid</Checkbox>
        </Stack>
      </Drawer>
    </Stack>
  );
}
